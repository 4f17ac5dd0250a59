# Sourced by the scripts beside it: titles, and the search for interpreters.

# numpy's library for matrices starts a thread for each processor, which looks for work as long as the import of numpy
# takes once more. There are no matrices here, and a thousand processes.
export OPENBLAS_NUM_THREADS=1

title() { printf '\n=== %s (after %d s)\n' "$1" "$SECONDS"; }

# The first of the commands that starts, is a Python of the version asked for, and has pip. To look is not enough: a
# version manager puts a command on the path for each version it knows, and those that are not chosen only complain.
usable() { # usable VERSION COMMAND...
    local version=$1 command
    shift
    for command in "$@"; do
        if "$command" -c "import pip, sys; sys.exit('%d.%d' % sys.version_info[:2] != '$version')" 2>/dev/null; then
            "$command" -c 'import sys; print(sys.executable)'
            return
        fi
    done
    return 1
}

# The interpreter of a version: on the path, or kept by pyenv.
find_python() { # find_python VERSION
    local version=$1 kept=
    if command -v pyenv >/dev/null; then
        kept=$(pyenv prefix "$(pyenv latest "$version" 2>/dev/null)" 2>/dev/null || true)
    fi
    usable "$version" "python$version" python3 python ${kept:+"$kept/bin/python"}
}

# Everything a contributor runs, by name; without `just`, run the lines as they stand.

set positional-arguments

python := if os() == "windows" { "python" } else { "python3" }

# list these commands
default:
    @just --list

# judge the real scanner against its model
check *arguments:
    {{ python }} run.py check "$@"

# pass the tests, on all cores; `just test -n 0 -k cursor` narrows
test *arguments:
    {{ python }} run.py test "$@"

# what CI asks of the text: style, format, types
lint:
    {{ python }} run.py ruff check
    {{ python }} run.py ruff format --check
    {{ python }} run.py mypy

# let the tools mend what they can
format:
    {{ python }} run.py ruff check --fix
    {{ python }} run.py ruff format

# the tests with their branch coverage
coverage:
    {{ python }} run.py coverage erase
    {{ python }} run.py coverage run -m pytest -n 0
    {{ python }} run.py coverage combine
    {{ python }} run.py coverage report

# every line and branch of the model, by its own tests; fails below 100 %
model:
    {{ python }} run.py coverage run --rcfile=.ci/model.coverage -m pytest -q -n 0 tests/model
    {{ python }} run.py coverage report --rcfile=.ci/model.coverage

# lint at every commit from now on
hooks:
    {{ python }} run.py pre-commit install

# the wheel and the source archive, in dist/
build:
    {{ python }} run.py hatchling build --clean

# pin every dependency anew; needs uv
lock *arguments:
    uv pip compile pyproject.toml --group dev --universal --python-version 3.11 --generate-hashes \
        --no-emit-index-url --no-emit-find-links --no-header --quiet "$@" \
        --output-file requirements/lock.txt

# the scanner under every fault of files, locks, the system and SQLite, each struck for real
faults *arguments:
    {{ python }} run.py strandline faults "$@"

# every known-bad design against the engine that must catch it, chance from twenty seeds: for the night
teeth *arguments:
    {{ python }} run.py strandline teeth --seeds 20 "$@"

# what the tests of a module do not notice: just mutation impl/strandline/impl/memo/memo.py tests/impl/memo/test_memo.py
mutation *arguments:
    bash .ci/mutation "$@"

# pin the mutation tester anew; needs uv
lock-mutation:
    echo 'cosmic-ray==8.7.0' | uv pip compile - --constraint requirements/lock.txt --universal --python-version 3.11 \
        --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --quiet \
        --output-file requirements/mutation.txt

# what CI does, whole
ci:
    CI=true bash .ci/run

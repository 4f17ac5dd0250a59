"""How a page of evidence looks: light and dark, wide and narrow, on paper. It names no font and loads nothing."""

from __future__ import annotations

from typing import Final

STYLE: Final = """
:root{color-scheme:light dark;--page:#fbfaf7;--card:#fff;--ink:#1d2327;--soft:#5b666d;--line:#d9d8d2;--tint:#f1efe8;
--good:#1a7343;--bad:#b3261e;--open:#8a5a00;--off:#5b666d;--goodbg:#e3f3e9;--badbg:#fbe6e3;--openbg:#fbf0d9;
--offbg:#eceae4;
--none:#8d979d;--a0:#6b5b2e;--a1:#1565a9;--a2:#a03a86;--a3:#2a7a5f;--a4:#b25716;--a5:#5a4fb0}
@media (prefers-color-scheme:dark){:root{--page:#14181b;--card:#1b2125;--ink:#e4e7e8;--soft:#9fabb2;--line:#38424a;
--tint:#242c31;--good:#71d29b;--bad:#ff8a80;--open:#f0bd5c;--off:#9fabb2;--goodbg:#17342a;--badbg:#43201e;
--openbg:#3b2f16;--offbg:#2a3237;
--none:#76838b;--a0:#d3bd7c;--a1:#77b9f2;--a2:#ec93d4;--a3:#74d0ac;--a4:#f3a468;--a5:#ada3ff}}
*{box-sizing:border-box}
html{font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;background:var(--page);color:var(--ink)}
body{max-width:76rem;margin:0 auto;padding:1.5rem clamp(.8rem,3vw,2.5rem) 4rem}
h1{font-size:clamp(1.5rem,4vw,2.3rem);line-height:1.15;margin:.2rem 0 .6rem;text-wrap:balance}
h2{font-size:1.3rem;margin:2.8rem 0 .6rem;padding-top:.7rem;border-top:1px solid var(--line)}
h3{font-size:1.05rem;margin:1.6rem 0 .4rem}
p{margin:.5rem 0;max-width:66ch}
a{color:inherit;text-underline-offset:.2em}
:focus-visible{outline:3px solid var(--a1);outline-offset:2px;border-radius:4px}
code,pre,.mono{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;font-size:.875em}
p,li,td,th,dd,dt,summary,h1,h2,h3{overflow-wrap:anywhere;unicode-bidi:isolate}td,th{overflow-wrap:break-word}
.soft{color:var(--soft)}
.verdict{display:inline-block;padding:.08em .6em;border-radius:1em;font-weight:650;font-size:.86em;white-space:nowrap}
.holds{color:var(--good);background:var(--goodbg)}
.violated,.broken{color:var(--bad);background:var(--badbg)}
.inconclusive{color:var(--open);background:var(--openbg)}
.not-applicable,.skipped{color:var(--off);background:var(--offbg)}
header .verdict{font-size:1rem}
.box{margin:1rem 0;padding:.8rem 1.1rem;border-left:5px solid var(--line);border-radius:6px;background:var(--card)}
.box.bad{border-color:var(--bad)}.box.open{border-color:var(--open)}.box.good{border-color:var(--good)}
.box ul{margin:.3rem 0;padding-left:1.2rem}
header .box{margin:.4rem 0;padding:.3rem .8rem}header .open a{color:var(--open)}
header+main>section:first-child h2{margin-top:1rem}
nav ul{list-style:none;padding:0;display:flex;flex-wrap:wrap;gap:.3rem 1.1rem;margin:.8rem 0}
.wide{overflow-x:auto;max-width:100%}
table{border-collapse:collapse;font-size:.92rem;min-width:min(100%,36rem)}
th,td{text-align:left;vertical-align:top;padding:.4rem .7rem .4rem 0;border-bottom:1px solid var(--line)}
thead th{font-size:.8rem;color:var(--soft);font-weight:600}
tbody th{font-weight:600}
.matrix td,.matrix thead th{text-align:center;padding:.4rem .5rem;border-left:1px solid var(--line)}
.matrix tbody th{white-space:nowrap}
.cell{display:block;border-radius:5px;padding:.15rem .3rem;font-size:.86rem}
.cell small{display:block;font-size:.76rem;font-weight:400;font-variant-numeric:tabular-nums}
details{margin:.6rem 0}summary{cursor:pointer;font-weight:600;padding:.2rem 0}
pre{overflow-x:auto;background:var(--tint);padding:.8rem 1rem;border-radius:6px;line-height:1.4}
.beside{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,16rem),1fr));gap:.8rem;
margin:1rem 0;padding:0}
.beside div{background:var(--card);border:1px solid var(--line);border-radius:8px;padding:.7rem 1rem}
.beside dt{font-size:.82rem;color:var(--soft);font-weight:600}
.beside dd{margin:.15rem 0 0;font-size:1.05rem}
.beside .mono{font-size:1rem}
.words{display:grid;grid-template-columns:max-content 1fr;gap:.3rem 1.2rem;margin:.6rem 0}
.words dd{margin:0}
.wrong{color:var(--bad);text-decoration:underline wavy;text-decoration-thickness:1px;font-weight:650}
.missed{color:var(--open);text-decoration:underline dashed;font-weight:650}
ol.steps{padding-left:2.6rem;font-size:.94rem}
ol.steps li{padding:.3rem 0;border-bottom:1px solid var(--line)}
ol.steps li::marker{color:var(--soft);font-variant-numeric:tabular-nums}
ol.steps .who{font-weight:650}
ol.steps .breaks{background:var(--badbg)}
.change{display:grid;grid-template-columns:minmax(4.5rem,auto) 1fr;gap:0 .8rem;margin:.15rem 0 .15rem 1rem;
font-size:.93em}
.change .was{color:var(--soft)}.change .was::before{content:"before "}.change .is::before{content:"after "}
.change .was::before,.change .is::before{font-family:system-ui,sans-serif;color:var(--soft);font-size:.85em}
.change span{overflow-wrap:anywhere}
figure{margin:1rem 0}
.scroll{overflow-x:auto;background:var(--card);border:1px solid var(--line);border-radius:10px;padding:.4rem}
figcaption{color:var(--soft);font-size:.88rem;margin-top:.5rem;max-width:90ch}
.key{display:inline-block;white-space:nowrap;margin-right:1rem}
.spacetime{display:block;margin:0 auto;font:12.5px system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;fill:var(--ink)}
.c-none{--c:var(--none)}.c0{--c:var(--a0)}.c1{--c:var(--a1)}.c2{--c:var(--a2)}.c3{--c:var(--a3)}.c4{--c:var(--a4)}
.c5{--c:var(--a5)}
.spacetime .head{font-weight:650;font-size:13.5px;fill:var(--c,var(--ink))}
.spacetime .rule{stroke:var(--line)}
.spacetime .idle{stroke:var(--line);stroke-dasharray:2 5;stroke-width:1.5}
.spacetime .flight{stroke:var(--c);stroke-width:3;opacity:.55}
.spacetime .bar{fill:var(--c)}
.spacetime .value,.spacetime .note-line{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",
monospace;font-size:11.2px}
.spacetime .buries{fill:var(--bad);font-weight:600;font-size:11.5px}
.spacetime .cross{stroke:var(--bad);stroke-width:3;fill:none;stroke-linecap:round}
.spacetime .row{fill:transparent}
.spacetime .number{fill:var(--soft);font-variant-numeric:tabular-nums}
.spacetime .step .box{fill:var(--card);stroke:var(--c);stroke-width:1.6}
.spacetime .said{fill:var(--soft);font-size:11.5px}.spacetime .plate{fill:var(--card)}
.spacetime .answer{fill:var(--ink);font-weight:650}
.spacetime .right{fill:var(--good)}
.spacetime .late{fill:var(--open);font-weight:600}
.spacetime .wrong{fill:var(--bad);font-weight:650;text-decoration:none}
.spacetime .arrow{stroke:var(--c);stroke-width:2}.spacetime .tip-of{fill:var(--c)}
.spacetime .arrow.reads{stroke-dasharray:5 4;stroke-width:1.6}
.spacetime .breaks .box{stroke:var(--bad);stroke-width:3;fill:var(--badbg)}
.spacetime .step{outline:none;cursor:default}
.spacetime .step:hover .row,.spacetime .step:focus .row{fill:var(--ink);fill-opacity:.06}
.spacetime .step:focus-visible .row{stroke:var(--a1);stroke-width:2.5}
.spacetime .note{visibility:hidden;pointer-events:none}
.spacetime .paper{fill:var(--card);stroke:var(--ink);stroke-width:1.2}
.spacetime .note-head{font-weight:650}
footer{margin-top:3rem;color:var(--soft);font-size:.88rem}
@media print{details::details-content{content-visibility:visible}
html{background:#fff;font-size:11pt}body{max-width:none;padding:0}nav{display:none}
.wide,.scroll{overflow:visible;border:0;padding:0}.spacetime{max-width:100%;height:auto}h2{break-after:avoid}
figure,.box,tr,ol.steps li{break-inside:avoid}.spacetime .note{display:none}
*{print-color-adjust:exact;-webkit-print-color-adjust:exact}}
@media print and (prefers-color-scheme:dark){:root{--page:#fff;--card:#fff;--ink:#1d2327;--soft:#5b666d;--line:#d9d8d2;
--tint:#f1efe8;--good:#1a7343;--bad:#b3261e;--open:#8a5a00;--off:#5b666d;--goodbg:#e3f3e9;--badbg:#fbe6e3;
--openbg:#fbf0d9;--offbg:#eceae4;--none:#8d979d;--a0:#6b5b2e;--a1:#1565a9;--a2:#a03a86;--a3:#2a7a5f;--a4:#b25716;
--a5:#5a4fb0}}
"""


def style(steps: int) -> str:
    """Give the style of a page whose longest diagram has so many steps: each shows its own note."""
    notes = (f".s{n}:is(:hover,:focus)~.n{n}" for n in range(1, steps + 1))
    rule = ",".join(notes)
    return STYLE + (f"{rule}{{visibility:visible}}\n" if rule else "")

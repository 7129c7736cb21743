/** Categories, checks and their evidence, standards, and the drawer. */

export const CHECKS = `
.categories .gauge-text strong a { color: inherit; text-decoration: none; } .categories .gauge-text strong a:hover { text-decoration: underline; }
.categories .gauges { grid-template-columns: repeat(4, minmax(0, 1fr)); gap: 1.75rem 1.5rem; }
.categories .gauge { display: flex; flex-direction: column; } .categories .gauge-text { flex: 1; } .categories .gauge-text strong { font-size: 1.0625rem; }
@media (max-width: 56rem) { .categories .gauges { grid-template-columns: repeat(2, minmax(0, 1fr)); } }
@media (max-width: 26rem) { .categories .gauge { font-size: .9rem; } }
.gauge-number.is-long { font-size: 15px; } .gauge-base { stroke: var(--surface); stroke-width: 5; paint-order: stroke; } .gauge-base { stroke: var(--ink); stroke-width: 1.6; }
.gauge.tone-none .gauge-track { fill: none; stroke: var(--line-strong); stroke-dasharray: 3 3; } .gauge.tone-none .gauge-number { fill: var(--ink-3); }
.counts { display: flex; flex-wrap: wrap; gap: .1rem .75rem; font-size: .8125rem; color: var(--ink-2); }
.counts li { display: inline-flex; align-items: center; gap: .3rem; white-space: nowrap; } .counts .sign { width: .8rem; height: .8rem; }
.gauge .counts { justify-content: center; margin-top: .35rem; }
.evidence-strip { border-top: 1px solid var(--line); margin-top: 1.5rem; padding-top: 1rem; font-size: .9375rem; display: grid; grid-template-columns: minmax(11rem, 1fr) 3fr; gap: .35rem 1.5rem; }
.evidence-strip > p .dim { display: block; font-size: .8125rem; }
.evidence-strip ul { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 17rem), 1fr)); gap: .3rem 1.5rem; }
.evidence-strip li { display: flex; gap: .45rem; align-items: baseline; line-height: 1.4; } .evidence-strip .sign { transform: translateY(.15rem); width: .9rem; height: .9rem; }
.evidence-strip a, .priorities a { color: var(--ink); text-decoration-color: var(--line-strong); } .evidence-strip a:hover, .priorities a:hover { color: var(--accent); }
@media (max-width: 40rem) { .evidence-strip { grid-template-columns: 1fr; } }

.verdict-checks { display: flex; flex-wrap: wrap; gap: .2rem 1.1rem; align-items: center; margin-bottom: .9rem; font-size: .9375rem; } .verdict-checks .counts { font-size: .9375rem; gap: .2rem 1.1rem; color: var(--ink); } .verdict-checks a { color: var(--ink-2); text-decoration-color: var(--line-strong); }
.priorities { display: grid; gap: 0; padding-block: .35rem; }
.priorities li { display: grid; grid-template-columns: 6.5rem 1fr; gap: .2rem 1rem; padding: .85rem 0; border-bottom: 1px solid var(--line); } .priorities li:last-child { border: 0; }
.priorities p:first-child { font-weight: 560; } .priorities .dim { font-size: .9375rem; max-width: 46rem; text-wrap: pretty; } .priorities .tag { font-weight: 400; margin-left: .35rem; }
.priorities .badge { align-self: start; line-height: 1.6; }
@media (max-width: 40rem) { .priorities li { grid-template-columns: 1fr; } }
.below { margin-top: 1.75rem; } .below > h4 { margin-bottom: .75rem; } .rest { margin-top: .5rem; font-size: .8125rem; color: var(--ink-3); } .below > .rest { margin: -.5rem 0 .6rem; }

.checks .controls { justify-content: flex-start; } .checks .search { max-width: 16rem; flex: 1 1 10rem; }
.category { margin-top: 2rem; } .controls + .category { margin-top: 1.25rem; }
.category-head { display: flex; flex-wrap: wrap; align-items: baseline; gap: .1rem .9rem; margin-bottom: .75rem; }
.category-head h4 { font-size: 1.125rem; } .category-head > p { font-size: .9375rem; } .category-head .counts { margin-left: auto; }
.check { padding: 0; overflow: clip; } .checks .cards { gap: .6rem; }
.check > summary { width: auto; display: grid; grid-template-columns: 7.25rem minmax(0, 1fr) auto 1rem; gap: .15rem 1rem; align-items: baseline; padding: .85rem 1.15rem; list-style: none; color: var(--ink); }
.check > summary::-webkit-details-marker { display: none; }
.check > summary::after { content: ''; grid-column: 4; grid-row: 1; width: .5rem; height: .5rem; border: solid var(--ink-3); border-width: 0 1.5px 1.5px 0; transform: rotate(45deg) translate(-.15rem, -.1rem); align-self: center; justify-self: end; }
.check[open] > summary::after { transform: rotate(225deg) translate(-.1rem, -.1rem); }
.check > summary:hover { background: rgb(var(--mute-rgb) / .05); } .check h5 { font-size: 1rem; font-weight: 580; line-height: 1.4; grid-column: 2; }
.check .badge { font-size: .8125rem; } .check > summary .badge { transform: translateY(.1rem); }
.key-figure { text-align: right; font-size: .875rem; color: var(--ink-2); } .key-figure strong { color: var(--ink); font-size: .9375rem; } .key-label { color: var(--ink-3); } .key-figure small { margin-left: .15rem; }
.check-reason { grid-column: 2 / -2; font-size: .9rem; color: var(--ink-2); max-width: 46rem; text-wrap: pretty; }
.check-body { padding: .25rem 1.15rem 1.15rem; display: grid; grid-template-columns: minmax(0, 1fr); gap: 1.15rem; border-top: 1px solid var(--line); }
.check-body > .why { color: var(--ink-3); max-width: 46rem; font-size: .9375rem; padding-top: .85rem; text-wrap: pretty; }
.check:target, .left-out li:target { outline: 2px solid var(--accent); outline-offset: 2px; }
@media (max-width: 40rem) { .category-head .counts { margin-left: 0; } }
@media (max-width: 48rem) {
  .check > summary { grid-template-columns: minmax(0, 1fr) 1rem; } .check > summary::after { grid-column: 2; }
  .check > summary > * { grid-column: 1; } .key-figure { text-align: left; }
}
.findings { display: grid; gap: 1.25rem; } .findings .finding > p, .findings ol { max-width: 46rem; text-wrap: pretty; color: var(--ink-2); }
.finding h6 { font-size: 1rem; font-weight: 600; margin: 0 0 .2rem; line-height: 1.4; } .finding-top { line-height: 1.4; margin-bottom: .2rem; }
.finding .meaning { margin-top: .6rem; padding-left: .9rem; border-left: 2px solid var(--line-strong); } .meaning strong { font-weight: 600; color: var(--ink); }
.remedies-title { font-size: .8125rem; font-weight: 600; color: var(--ink-2); margin-bottom: .15rem; } .remedies ol { list-style: decimal; padding-left: 1.3rem; font-size: .9375rem; } .remedies li { margin-bottom: .2rem; }
.reference { font-size: .8125rem; margin-top: .5rem; } .reference, .finding .reference { color: var(--ink-3); }
.metrics small { display: block; font-weight: 400; } .metrics tbody th { font-weight: 500; min-width: 11rem; } .metrics .figure { min-width: 7rem; } .interval-base { stroke: var(--ink-3); stroke-width: 1.5; }
.check .scroll { background: none; } .check th, .check td { padding: .5rem .75rem; }
.check-body > .table-tools { margin-top: -.9rem; } .check-body > .rest { margin-bottom: -.7rem; } .checks > .table-foot { min-height: 0; margin: 0; }
.check-foot { display: flex; flex-direction: column; gap: .5rem; font-size: .8125rem; } .tags { display: flex; flex-wrap: wrap; gap: .3rem; } .tags .chip { font-size: .75rem; color: var(--ink-3); border-color: var(--line); }
.left-out { margin-top: .75rem; display: grid; gap: .6rem; padding: 0 1.15rem; } .left-out li { display: grid; grid-template-columns: 1rem 1fr; gap: .6rem; font-size: .9rem; } .left-out .sign { margin-top: .2rem; } .left-out p { max-width: 46rem; text-wrap: pretty; }

.detail { min-width: 0; } .detail > figcaption { font-size: .9375rem; font-weight: 600; margin-bottom: .5rem; } .axis-name { font-size: .8125rem; color: var(--ink-3); } .detail .legend { margin: .2rem 0 .5rem; }
.worst td { background: rgb(var(--bad-rgb) / .07); } .worst-mark { font-size: .75rem; font-weight: 600; color: var(--bad); margin-left: .5rem; }
.bins { fill: rgb(var(--series-rgb) / .28); stroke: var(--series); stroke-width: 1.2; } .swatch { width: 1.1rem; height: .75rem; border-radius: 2px; background: rgb(var(--series-rgb) / .28); box-shadow: inset 0 0 0 1.2px var(--series); }
.heat.matrix tbody td { background: rgb(var(--bad-rgb) / calc(var(--share, 0) * .55)); } .heat.matrix.is-plain tbody td { background: rgb(var(--accent-soft) / calc(var(--share, 0) * .4)); }
.detail-heat-map .scroll, .detail-confusion .scroll, .below > .scroll { width: fit-content; max-width: 100%; } .heat.matrix { min-width: 13rem; } .heat.matrix tbody td { min-width: 3.1rem; }
.detail > .rest { margin: -.35rem 0 .5rem; } .detail-heat-map .table-tools, .detail-confusion .table-tools, .below > .table-tools { justify-content: flex-start; } .below > .rest + .rest { margin-top: -.5rem; }
.pictures { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 8rem), 1fr)); gap: 1rem; } .pictures p { font-size: .8125rem; color: var(--ink-2); margin-top: .3rem; overflow-wrap: anywhere; }
.texts { display: grid; gap: .9rem; } .texts .dim, .waveforms li .dim { font-size: .8125rem; margin-top: .3rem; } .texts .text-diff { font-size: .9375rem; }
.full-texts { display: grid; gap: .6rem; margin-top: .3rem; font-size: .875rem; } .full-texts dt { font-size: .8125rem; color: var(--ink-3); } .full-texts dd { white-space: pre-wrap; overflow-wrap: anywhere; }
.nodes { display: grid; gap: .4rem; font-size: .875rem; } .node { border: 1px solid var(--line); border-left-width: 3px; border-radius: .4rem; padding: .4rem .8rem; overflow-wrap: anywhere; } .node.suspicious { border-left-color: var(--tone); background: var(--tone-ground); }
.node-head { display: flex; flex-wrap: wrap; gap: .1rem .6rem; align-items: baseline; }
.node.suspicious .dim { color: var(--ink-2); }
.checklist { display: grid; border: 1px solid var(--line); border-radius: .75rem; } .checklist li { display: grid; grid-template-columns: 8.75rem 1fr; gap: .1rem 1rem; padding: .6rem .9rem; border-bottom: 1px solid var(--line); font-size: .9375rem; } .checklist li:last-child { border: 0; }
.checklist .badge { align-self: start; line-height: 1.7; font-size: .8125rem; } .item-name { font-weight: 560; } .checklist .dim { font-size: .875rem; text-wrap: pretty; }
@media (max-width: 40rem) { .checklist li { grid-template-columns: 1fr; } }
.ranges text { font-size: .6875rem; } .range-low { fill: rgb(var(--good-rgb) / .75); } .range-open { fill: rgb(var(--mute-rgb) / .25); } .range-high { fill: rgb(var(--bad-rgb) / .6); }
.open-area { fill: rgb(var(--mute-rgb) / .09); } .swatch-open { width: 1.5rem; height: .75rem; border-radius: 2px; background: rgb(var(--mute-rgb) / .12); box-shadow: inset 0 0 0 1px var(--line); }

#compliance { margin-top: 5rem; } .framework { margin-top: 1.25rem; } .framework > summary { display: flex; flex-wrap: wrap; align-items: baseline; gap: .2rem .75rem; width: auto; color: var(--ink); list-style: none; }
.framework > summary::-webkit-details-marker { display: none; } .framework > summary::after { content: ''; width: .5rem; height: .5rem; border: solid var(--ink-3); border-width: 0 1.5px 1.5px 0; transform: rotate(45deg); margin-left: auto; align-self: center; }
.framework[open] > summary::after { transform: rotate(225deg); } .framework h3 { font-size: 1.0625rem; } .framework > .dim { font-size: .875rem; margin: .1rem 0 .6rem; max-width: 46rem; } .framework th.mono { white-space: nowrap; font-weight: 500; }
.check-links { display: flex; flex-wrap: wrap; gap: .2rem .9rem; } .check-links li { display: inline-flex; gap: .3rem; align-items: baseline; } .check-links .sign { width: .8rem; height: .8rem; transform: translateY(.1rem); } .check-links a { color: var(--ink-2); text-decoration-color: var(--line-strong); }
.comparison-checks .cell-figure { display: block; } .plain-link { text-decoration: none; } #comparison > h3 { margin: 2rem 0 .9rem; }

.open-drawer { margin-top: .6rem; font-size: .875rem; } .drawer .open-drawer { display: none; }
.drawer { margin: 0 0 0 auto; width: min(60rem, 100vw); height: 100dvh; max-width: none; max-height: none; border: 0; border-left: 1px solid var(--line); padding: 0; background: var(--surface); color: var(--ink); overflow: auto; }
.drawer::backdrop { background: rgb(10 11 14 / .45); } body:has(.drawer[open]) { overflow: hidden; }
.drawer-bar { position: sticky; top: 0; z-index: 1; display: flex; gap: .4rem; align-items: center; padding: .75rem clamp(1rem, 3vw, 2rem); background: var(--surface); border-bottom: 1px solid var(--line); } .drawer-bar .place { margin-right: auto; font-size: .875rem; color: var(--ink-3); }
.drawer-body { padding: clamp(1rem, 3vw, 2rem); } .drawer-body > * { border: 0; box-shadow: none; padding: 0; margin: 0; background: none; } .drawer-body .sum { margin: 1.5rem 0; } .drawer-body h4 { font-size: 1.5rem; } .drawer-body .bar { display: block; } .drawer-body .facts { margin-top: 1.5rem; }
.table-tools { display: flex; justify-content: flex-end; margin-top: .25rem; } .table-tools button { border: 0; background: none; padding: .1rem .3rem; font-size: .75rem; color: var(--ink-3); } .table-tools button:hover { color: var(--accent); text-decoration: underline; }
`;

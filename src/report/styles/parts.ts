/** Gauges, curves, examples, findings, heat map and the lists of facts. */

export const PARTS = `
.gauges { display: grid; grid-template-columns: repeat(auto-fit, minmax(8.5rem, 1fr)); gap: 1.5rem 1rem; }
.gauge { text-align: center; }
.gauge svg { width: 100%; max-width: 10.5rem; display: block; margin: 0 auto; overflow: visible; }
.gauge-track { fill: var(--line); } .gauge-value { fill: var(--tone); }
.gauge-interval { fill: var(--ink-3); } .gauge-end { stroke: var(--ink-3); stroke-width: 1.4; stroke-linecap: round; }
.gauge-number { font-size: 20px; font-weight: 620; letter-spacing: -.02em; fill: var(--ink); font-variant-numeric: tabular-nums; }
.gauge-text { display: flex; flex-direction: column; font-size: .8125rem; line-height: 1.45; color: var(--ink-3); margin-top: .35rem; }
.gauge-text span { white-space: nowrap; } .gauge-text > span { white-space: normal; }
.gauge-text strong { font-size: .9375rem; font-weight: 600; color: var(--ink); }
.columns { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 24rem), 1fr)); gap: 1.25rem; }
.column > p { color: var(--ink-2); font-size: .9375rem; margin: .5rem 0 1.5rem; text-wrap: pretty; }
.column h3 a { color: inherit; text-decoration: none; } .column h3 a:hover { text-decoration: underline; }
.column { display: flex; flex-direction: column; } .column .gauges { margin-top: auto; grid-template-columns: repeat(auto-fit, minmax(12.5rem, 1fr)); gap: 1rem; }
.column .gauge { display: grid; grid-template-columns: 5.75rem 1fr; gap: .8rem; align-items: center; text-align: left; } .column .gauge-text { margin: 0; }
.column .gauge-hint { display: none; } .column .gauge-text strong { font-size: .875rem; }
.card-top { display: flex; flex-wrap: wrap; align-items: center; justify-content: space-between; gap: .25rem .75rem; }
.paired { margin-top: 1.25rem; color: var(--ink-2); }
.paired strong { color: var(--ink); }

.curve { width: 100%; height: auto; display: block; overflow: visible; }
.narrow-only { display: none; }
@media (max-width: 40rem) { .wide-only { display: none; } .narrow-only { display: block; } }
.curve text { font-size: 12px; fill: var(--ink-3); font-variant-numeric: tabular-nums; }
.curve .axis-title { fill: var(--ink-2); } .narrow-only .curve .axis-title { font-size: 11px; }
.grid { stroke: var(--line); stroke-width: 1; }
.band { fill: rgb(var(--series-rgb) / .14); }
.series .line { fill: none; stroke: var(--series); stroke-width: 2; stroke-linejoin: round; stroke-linecap: round; }
.series-noise .line { stroke-dasharray: 2 5; }
.marker path { fill: var(--series); stroke: var(--surface); stroke-width: 1.5; }
.marker .target { fill: transparent; } .curve .marker:hover path { stroke: var(--series); }
.audited line { stroke: var(--ink-3); stroke-dasharray: 3 3; } .curve .audited text { fill: var(--ink); font-weight: 560; }
.legend { display: flex; flex-wrap: wrap; gap: .25rem 1.4rem; font-size: .875rem; color: var(--ink-2); margin-bottom: .75rem; }
.legend li { display: flex; align-items: center; gap: .5rem; } .legend svg { flex: none; }
.swatch-band { width: 1.5rem; height: .75rem; border-radius: 2px; background: rgb(var(--mute-rgb) / .28); }
.curve-figure details { margin-top: .5rem; }
.tip {
  position: fixed; left: 0; top: 0; z-index: 3; pointer-events: none; opacity: 0; transition: opacity .12s; max-width: calc(100vw - 1rem);
  background: var(--ink); color: var(--ground); font-size: .8125rem; padding: .3rem .6rem; border-radius: .4rem; font-variant-numeric: tabular-nums;
}
.tip.on { opacity: 1; }

.hero { margin-top: 1.25rem; padding: clamp(1.25rem, 3.5vw, 2.5rem); }
.hero h3 { font-size: clamp(1.5rem, 1rem + 2.4vw, 2.4rem); font-weight: 640; letter-spacing: -.025em; margin: .2rem 0 .6rem; }
.hero h3 em { font-style: normal; color: var(--bad); }
.hero .sum, .hero .waveforms, .hero .tensors { margin: 1.75rem 0 1.5rem; }
.sum { display: grid; grid-template-columns: 1fr auto 1fr auto 1fr; gap: clamp(.4rem, 1.4vw, 1.1rem); }
.term { min-width: 0; } .sum > .term { display: contents; } .sum .term > * { min-width: 0; }
.sum .term > :first-child { grid-row: 1; } .sum .term > :last-child { grid-row: 2; }
.sum > :nth-child(1) > * { grid-column: 1; } .sum > :nth-child(3) > * { grid-column: 3; } .sum > :nth-child(5) > * { grid-column: 5; }
.operator { grid-row: 1; place-self: center; color: var(--ink-3); font-weight: 300; line-height: 1; } .sum > :nth-child(2) { grid-column: 2; } .sum > :nth-child(4) { grid-column: 4; }
.sum { row-gap: .5rem; } .sum .prediction { margin: 0; } .change .prediction-sure { flex-wrap: wrap; gap: 0 .6rem; white-space: normal; }
@media (max-width: 40rem) { .sum .bar { display: none; } }
.example .in-full { display: none; } .hero .operator { font-size: clamp(1.2rem, 3vw, 2rem); }
.picture { display: block; width: 100%; height: auto; border-radius: .5rem; background: var(--sunken); }
.pixels { image-rendering: pixelated; }
.missing { display: grid; place-items: center; aspect-ratio: 1; color: var(--ink-3); font-size: .8125rem; }
.heard { margin-top: .5rem; font-size: .875rem; color: var(--ink-3); } .heard + .prediction { margin-top: 0; }
.prediction { margin-top: .5rem; line-height: 1.35; min-width: 0; }
.prediction-name { display: block; font-weight: 600; overflow-wrap: anywhere; }
.prediction.tone-bad .prediction-name { color: var(--tone); }
.prediction-sure { display: flex; align-items: center; gap: .5rem; font-size: .875rem; color: var(--ink-2); white-space: nowrap; }
.bar { flex: 1 1 1rem; min-width: .75rem; max-width: 9rem; height: .35rem; border-radius: 1rem; background: var(--sunken); overflow: hidden; }
.bar span { display: block; height: 100%; border-radius: 1rem; background: var(--tone); }
.hero .prediction-name { font-size: clamp(.95rem, .8rem + .8vw, 1.25rem); }
.waveforms { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 16rem), 1fr)); gap: 1rem 1.5rem; }
.sounds { display: grid; grid-template-columns: repeat(3, minmax(0, 1fr)); gap: .75rem; margin: 1rem 0; }
.sounds .picture { aspect-ratio: 3 / 2; object-fit: fill; } .sounds .heard { font-size: .8125rem; } .player { display: block; width: 100%; height: 2.25rem; margin-top: .4rem; }
@media (max-width: 40rem) { .sounds { grid-template-columns: minmax(0, 1fr); } }
.envelope { display: block; width: 100%; height: clamp(5rem, 14vw, 8rem); background: var(--sunken); border-radius: .5rem; }
.envelope-area { fill: var(--tone); } .envelope.tone-bad .envelope-area { fill: rgb(var(--tone-rgb) / .6); } .envelope-zero { stroke: var(--line-strong); vector-effect: non-scaling-stroke; }
.tensors { display: flex; flex-wrap: wrap; align-items: center; gap: .5rem 1.25rem; } .tensors .prediction { margin: 0; min-width: 8rem; }

.text-diff { margin: 0; background: var(--sunken); border-radius: .5rem; padding: .75rem 1rem; font-size: 1.0625rem; line-height: 1.7; overflow-wrap: anywhere; white-space: pre-wrap; }
.text-diff del { color: var(--ink-3); text-decoration: line-through 2px; padding: 0 .08em; }
.text-diff ins { color: var(--bad); background: var(--bad-ground); text-decoration: underline 2px; text-underline-offset: .2em; border-radius: .2em; padding: .05em .12em; font-weight: 600; }
.column-table .after { color: var(--bad); font-weight: 600; } .column-table .tensors { margin: .75rem 0 0; } .column-table .rest { margin: .5rem 0 0; font-size: .8125rem; color: var(--ink-3); } .example .column-table th, .example .column-table td { padding: .35rem .5rem; font-size: .8125rem; } .hero .column-table { margin: 1.5rem 0 1.25rem; }
.text-change .tensors { margin: .75rem 0 0; } .example .text-diff { font-size: .9375rem; } .hero .text-change { margin: 1.5rem 0 1.25rem; }

.cards { display: grid; gap: .9rem; }
.gallery { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 26rem), 1fr)); gap: 1rem; }
.card { background: var(--surface); border: 1px solid var(--line); border-radius: .875rem; padding: 1.1rem 1.25rem; }
.finding h4 { margin: .45rem 0 .3rem; font-size: 1.0625rem; } .finding > p { color: var(--ink-2); max-width: 48rem; text-wrap: pretty; }
.finding .badge { font-size: .8125rem; }
.remedies { margin-top: .75rem; } .remedies h5 { color: var(--ink-2); margin-bottom: .2rem; }
.remedies ul { list-style: disc; padding-left: 1.15rem; color: var(--ink-2); font-size: .9375rem; max-width: 48rem; }
.passed { margin-top: .9rem; } .passed .cards { margin-top: .5rem; }
.finding:target { outline: 2px solid var(--accent); }
.example h4 { margin-bottom: .75rem; } .arrow { color: var(--ink-3); }
.example .prediction { font-size: .875rem; } .example .prediction-sure { font-size: .8125rem; } .example .bar { display: none; }
.example .facts { margin-top: .75rem; }
.facts { display: flex; flex-wrap: wrap; align-items: center; gap: .3rem 1.25rem; font-size: .8125rem; color: var(--ink-3); }
.distances { display: flex; flex-wrap: wrap; gap: .1rem .9rem; } .distances span:last-child { color: var(--ink-2); }
.chip { border: 1px solid var(--line-strong); border-radius: 1rem; padding: 0 .6rem; color: var(--ink-2); white-space: nowrap; } .chip.lost { border-style: dashed; color: var(--ink-3); } .provenance-line { overflow-wrap: anywhere; }

.figure strong { font-weight: 600; } .figure .interval-bar { display: block; margin: .2rem 0 .1rem auto; } .figure small { display: block; }
.interval-track { stroke: var(--line); stroke-width: 2; stroke-linecap: round; }
.interval-span { stroke: rgb(var(--mute-rgb) / .65); stroke-width: 4; stroke-linecap: round; } .interval-dot { fill: var(--ink); }
.params { font-size: .8125rem; font-weight: 400; margin-top: .2rem; } .params div { display: flex; gap: .6rem; }
.params dt { color: var(--ink-3); min-width: 6rem; } .params dd { overflow-wrap: anywhere; max-width: 20rem; }
.attacks tbody th { min-width: 13rem; } .members { margin: 0.25rem 0 0; padding-left: 1.25rem; font-weight: 400; font-size: 0.85em; } @media (max-width: 40rem) { .attacks tbody th { min-width: 9rem; } }

.confusion { display: grid; grid-template-columns: minmax(0, max-content) minmax(13rem, 1fr); gap: 1.25rem; align-items: start; } .confusion .scroll { padding: .25rem; }
@media (max-width: 56rem) { .confusion { grid-template-columns: minmax(0, 1fr); } }
.confusion h4 { margin: .6rem 0 .5rem; } .top li { display: flex; gap: .5rem; padding: .3rem 0; border-bottom: 1px solid var(--line); font-size: .9375rem; } .top .num { margin-left: auto; color: var(--ink-2); }
.heat { width: auto; font-size: .8125rem; font-variant-numeric: tabular-nums; }
.heat caption { text-align: left; padding: .6rem .75rem; color: var(--ink-2); font-size: .875rem; }
.heat th, .heat td { border: 0; padding: .2rem .35rem; text-align: center; vertical-align: middle; }
.heat tbody th { text-align: right; white-space: nowrap; padding-right: .7rem; font-weight: 500; }
.heat tbody td { min-width: 2.6rem; height: 2.2rem; border: 2px solid var(--surface); border-radius: 6px; background: rgb(var(--bad-rgb) / calc(var(--share, 0) * .62)); }
.heat tbody td.stays { background: rgb(var(--good-rgb) / calc(var(--share, 0) * .5)); box-shadow: inset 0 0 0 1.5px var(--line-strong); }
.heat.long thead th { vertical-align: bottom; height: 6rem; } .heat.long thead span { writing-mode: vertical-rl; transform: rotate(180deg); white-space: nowrap; max-height: 9rem; overflow: hidden; text-overflow: ellipsis; }
.zero { color: var(--ink-3); }

.controls { display: flex; flex-wrap: wrap; gap: .6rem 1rem; justify-content: space-between; margin-bottom: .75rem; }
.choices { display: flex; flex-wrap: wrap; gap: .35rem; } .choices label { position: relative; }
.choices input { position: absolute; opacity: 0; inset: 0; } .choices span span { border: 0; padding: 0; background: none; font-size: inherit; color: inherit; }
.choices label > span { display: block; } .choices input:checked + span { border-color: var(--accent); color: var(--accent); box-shadow: inset 0 0 0 1px var(--accent); }
.choices input:focus-visible + span { outline: 2px solid var(--accent); outline-offset: 2px; }
.search { cursor: text; flex: 1 1 14rem; max-width: 22rem; min-width: 0; } .search::placeholder { color: var(--ink-3); opacity: 1; }
.samples .scroll { max-height: 34rem; overflow-y: auto; } .samples thead th { position: sticky; top: 0; background: var(--surface); box-shadow: inset 0 -1px var(--line); }
.samples td { padding-block: .4rem; white-space: nowrap; max-width: 18rem; overflow: hidden; text-overflow: ellipsis; }
.is-broken td:nth-child(5) { color: var(--bad); font-weight: 560; } .is-survived td:nth-child(5), .is-certified td:nth-child(5) { color: var(--good); font-weight: 560; } .is-wrong td, .is-untried td { color: var(--ink-3); }
.table-foot { display: flex; flex-wrap: wrap; gap: .5rem 1rem; align-items: center; justify-content: space-between; margin-top: .6rem; font-size: .875rem; color: var(--ink-3); min-height: 2rem; }

.facts-list { background: var(--surface); border: 1px solid var(--line); border-radius: .75rem; padding: .3rem 1.25rem; }
.facts-list div { display: grid; grid-template-columns: 10rem 1fr; gap: .1rem 1.25rem; padding: .7rem 0; border-bottom: 1px solid var(--line); }
.facts-list div:last-child { border: 0; } .facts-list dt { color: var(--ink-3); font-size: .9375rem; } .facts-list dd { overflow-wrap: anywhere; }
@media (max-width: 40rem) { .facts-list div { grid-template-columns: 1fr; } }
.facts-list + h4 { margin: 1.5rem 0 .6rem; } .chosen td { background: rgb(var(--accent-soft) / .07); }
.command { background: var(--sunken); border: 1px solid var(--line); border-radius: .75rem; padding: .9rem 1.1rem; overflow-x: auto; font-size: .9rem; }
.grid-list { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 14rem), 1fr)); gap: .9rem 1.5rem; margin: 1.25rem 0; font-size: .9375rem; }
.grid-list dt { color: var(--ink-3); font-size: .8125rem; } .grid-list dd { overflow-wrap: anywhere; }
.files .path { overflow-wrap: anywhere; min-width: 9rem; } .files .hash { font-size: .75rem; word-break: break-all; min-width: 12rem; } .provenance details { margin-top: 1rem; }
`;

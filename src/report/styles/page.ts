/** Typography, the page's frame, tables and controls. */

export const PAGE = `
*, *::before, *::after { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; scroll-behavior: smooth; scroll-padding-top: 1.5rem; }
@media (prefers-reduced-motion: reduce) { html { scroll-behavior: auto; } }
body {
  margin: 0; background: var(--ground); color: var(--ink);
  font: 400 1rem/1.6 system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', 'Noto Sans', Arial, sans-serif;
  font-kerning: normal; overflow-wrap: break-word;
}
.page { max-width: 70rem; margin: 0 auto; padding: 0 clamp(1rem, 4vw, 2.5rem) 4rem; }
h1, h2, h3, h4, h5, p, ul, ol, dl, dd, figure, pre, fieldset { margin: 0; padding: 0; border: 0; }
ul, ol { list-style: none; }
h1, h2, h3, h4 { line-height: 1.2; letter-spacing: -.015em; text-wrap: balance; overflow-wrap: anywhere; }
h1 { font-size: clamp(1.5rem, 1.05rem + 2.1vw, 2.5rem); font-weight: 620; letter-spacing: -.024em; }
h2 { font-size: clamp(1.5rem, 1.3rem + .9vw, 1.9rem); font-weight: 640; letter-spacing: -.022em; }
h3 { font-size: 1.2rem; font-weight: 620; }
h4 { font-size: 1rem; font-weight: 620; letter-spacing: -.005em; }
h5 { font-size: .8125rem; font-weight: 620; }
a { color: var(--accent); text-decoration-thickness: 1px; text-underline-offset: .2em; }
small { font-size: .8125rem; color: var(--ink-3); }
.mono, code, pre { font-family: ui-monospace, 'SF Mono', 'Cascadia Mono', Menlo, Consolas, 'DejaVu Sans Mono', monospace; font-size: .86em; }
.num { font-variant-numeric: tabular-nums; }
.dim { color: var(--ink-3); }
.lead { color: var(--ink-2); max-width: 44rem; text-wrap: pretty; }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.eyebrow { font-size: .8125rem; font-weight: 600; color: var(--ink-3); }
.skip { position: absolute; left: 1rem; top: -5rem; padding: .5rem 1rem; background: var(--surface); border: 1px solid var(--line-strong); border-radius: .5rem; z-index: 2; }
.skip:focus { top: 1rem; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 3px; }
html:not(.js) .needs-script { display: none; }

.topbar { display: flex; flex-wrap: wrap; align-items: center; justify-content: space-between; gap: .5rem 1rem; padding: 1.25rem 0; }
.brand { display: flex; align-items: center; gap: .6rem; font-weight: 640; letter-spacing: -.01em; }
.brand .dim { font-weight: 400; }
.mark-fur { fill: var(--fur); } .mark-ring { fill: var(--fur-ring); } .mark-eye { fill: var(--fur-eye); }
.mark-mouth { fill: none; stroke: var(--fur-ring); stroke-width: 1.1; stroke-linecap: round; }
.toolbar { display: flex; gap: .4rem; }
button, .choices span, .search {
  font: inherit; font-size: .875rem; line-height: 1.25rem; color: var(--ink-2); background: var(--surface);
  border: 1px solid var(--line); border-radius: .5rem; padding: .35rem .75rem; cursor: pointer;
}
button:hover, .choices label:hover span { border-color: var(--line-strong); color: var(--ink); }
button.round { padding: .35rem .5rem; display: inline-flex; align-items: center; }
.round .sign-line { stroke: currentColor; fill: none; stroke-width: 1.4; } .round .half { fill: currentColor; }

.verdict { padding: clamp(1.75rem, 5vw, 3.5rem) 0 clamp(1rem, 3vw, 1.75rem); }
.verdict h1 { color: var(--tone); max-width: 26em; margin: .8rem 0 1.25rem; }
.verdict-top { display: flex; flex-wrap: wrap; gap: .3rem .7rem; align-items: center; font-size: .9375rem; }
.verdict .dim { color: var(--ink-2); }
.scope { display: flex; flex-wrap: wrap; gap: .1rem 1.4rem; font-size: .9rem; color: var(--ink-2); }
nav ul { display: flex; flex-wrap: wrap; gap: .1rem 1.5rem; padding: .6rem 0; border-block: 1px solid var(--line); font-size: .9rem; }
nav a { color: var(--ink-2); text-decoration: none; display: inline-block; padding: .2rem 0; overflow-wrap: anywhere; }
nav a:hover { color: var(--accent); text-decoration: underline; }

.section { margin-top: 2.75rem; }
.section > h2, .section > h3 { margin-bottom: .9rem; }
.section > .lead { margin: -.5rem 0 1rem; }
.section > h3:not(:first-child) { margin-top: 2.25rem; }
.model, #provenance, footer { margin-top: 5rem; }
#comparison, main > .model:first-child { margin-top: 3rem; }
.model-heading { display: flex; flex-wrap: wrap; align-items: center; gap: .4rem .9rem; }
.model > .lead { margin-top: .5rem; }
.model > .dim { margin: .35rem 0 1.25rem; font-size: .9rem; overflow-wrap: anywhere; }
.panel { background: var(--surface); border: 1px solid var(--line); border-radius: 1rem; padding: clamp(1rem, 2.6vw, 1.75rem); box-shadow: var(--shadow); }
.empty { color: var(--ink-2); }
p.empty.panel { margin-top: 1.25rem; }

.badge { display: inline-flex; align-items: center; gap: .35rem; font-size: .875rem; font-weight: 600; color: var(--tone); white-space: nowrap; }
.sign { flex: none; } .sign-ground { fill: var(--tone); }
.sign-line { fill: none; stroke: var(--surface); stroke-width: 1.7; stroke-linecap: round; stroke-linejoin: round; }
.tag { font-size: .8125rem; color: var(--ink-3); }

.scroll { position: relative; overflow-x: auto; background: var(--surface); border: 1px solid var(--line); border-radius: .75rem; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; line-height: 1.4; }
th, td { text-align: left; vertical-align: top; padding: .6rem .9rem; border-bottom: 1px solid var(--line); font-weight: 400; }
tbody tr:last-child > * { border-bottom: 0; }
thead th { color: var(--ink-3); font-size: .8125rem; font-weight: 500; white-space: nowrap; vertical-align: bottom; }
tbody th { font-weight: 560; }
th.num, td.num { text-align: right; white-space: nowrap; }
th button { all: unset; cursor: pointer; font: inherit; }
th button:hover { color: var(--ink); } th button:focus-visible { outline: 2px solid var(--accent); outline-offset: 3px; }
th[aria-sort] { color: var(--ink); }
th[aria-sort='ascending'] button::after { content: ' ↑'; } th[aria-sort='descending'] button::after { content: ' ↓'; }
details > summary { cursor: pointer; font-size: .9rem; color: var(--ink-2); padding: .35rem 0; width: fit-content; }
details > summary:hover { color: var(--ink); }
details.inline > summary { font-size: .8125rem; font-weight: 400; color: var(--ink-3); padding: .15rem 0; }

footer { border-top: 1px solid var(--line); padding-top: 2.5rem; }
.reading { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 18rem), 1fr)); gap: 1.75rem 2.5rem; margin: 1.25rem 0 2.5rem; }
.reading h3 { font-size: 1rem; margin-bottom: .3rem; }
.reading p { font-size: .9375rem; color: var(--ink-2); text-wrap: pretty; }
.colophon { font-size: .875rem; color: var(--ink-3); }
`;

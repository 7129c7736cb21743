/** The page's colours in light and dark; every pair of text and ground has a contrast of at least 4.5. */

const LIGHT = `
  --ground: #fafaf8; --surface: #ffffff; --sunken: #f3f3f0; --line: #e4e4df; --line-strong: #c9c9c3;
  --ink: #1a1b1e; --ink-2: #4a4c53; --ink-3: #63656d;
  --accent: #2f55c4; --accent-soft: 47 85 196;
  --bad: #b02a20; --bad-rgb: 176 42 32; --bad-ground: #fcefed;
  --warn: #855000; --warn-rgb: 200 125 10; --warn-ground: #fdf4e3;
  --good: #1b6a40; --good-rgb: 30 130 80; --good-ground: #eaf5ee;
  --mute: #55575f; --mute-rgb: 110 112 122; --mute-ground: #f0f0ee;
  --series-1: #b4540a; --series-2: #7a3fa8; --series-3: #0c7476;
  --series-1-rgb: 180 84 10; --series-2-rgb: 122 63 168; --series-3-rgb: 12 116 118;
  --fur: #2b2622; --fur-ring: #efe3d0; --fur-eye: #ffffff;
  --shadow: 0 1px 2px rgb(20 20 30 / .05), 0 8px 24px -12px rgb(20 20 30 / .10);`;

const DARK = `
  --ground: #101114; --surface: #17181c; --sunken: #1f2025; --line: #2b2d33; --line-strong: #454851;
  --ink: #ededf0; --ink-2: #bcbec6; --ink-3: #979aa4;
  --accent: #8eabff; --accent-soft: 142 171 255;
  --bad: #ff938a; --bad-rgb: 240 100 90; --bad-ground: #2c1918;
  --warn: #efb45c; --warn-rgb: 235 170 70; --warn-ground: #2a2012;
  --good: #74d3a0; --good-rgb: 80 190 130; --good-ground: #13251c;
  --mute: #b0b3bc; --mute-rgb: 150 153 165; --mute-ground: #222328;
  --series-1: #f2a25c; --series-2: #c99af0; --series-3: #5cc7c4;
  --series-1-rgb: 242 162 92; --series-2-rgb: 201 154 240; --series-3-rgb: 92 199 196;
  --fur: #5a4e45; --fur-ring: #efe3d0; --fur-eye: #ffffff;
  --shadow: 0 0 0 1px rgb(255 255 255 / .03);`;

export const THEME = `
:root { color-scheme: light; ${LIGHT} }
@media screen and (prefers-color-scheme: dark) { :root:not([data-theme='light']) { color-scheme: dark; ${DARK} } }
@media screen { :root[data-theme='dark'] { color-scheme: dark; ${DARK} } }
.tone-bad { --tone: var(--bad); --tone-rgb: var(--bad-rgb); --tone-ground: var(--bad-ground); }
.tone-warn { --tone: var(--warn); --tone-rgb: var(--warn-rgb); --tone-ground: var(--warn-ground); }
.tone-good { --tone: var(--good); --tone-rgb: var(--good-rgb); --tone-ground: var(--good-ground); }
.tone-mute, .tone-info, .tone-none { --tone: var(--mute); --tone-rgb: var(--mute-rgb); --tone-ground: var(--mute-ground); }
.tone-plain { --tone: var(--ink-2); --tone-rgb: var(--mute-rgb); --tone-ground: var(--mute-ground); }
.series-0 { --series: var(--accent); --series-rgb: var(--accent-soft); }
.series-1 { --series: var(--series-1); --series-rgb: var(--series-1-rgb); }
.series-2 { --series: var(--series-2); --series-rgb: var(--series-2-rgb); }
.series-3 { --series: var(--series-3); --series-rgb: var(--series-3-rgb); }
.series-noise { --series: var(--ink-3); --series-rgb: var(--mute-rgb); }
`;

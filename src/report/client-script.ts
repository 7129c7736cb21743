/** The page's only script: theme, saving, tooltips, filters, deep links and the sample tables. The page is complete without it. */
import { CSV, DRAWER, FILTERS, LINKS } from './client-parts.ts';

/** The texts of a sample's row, as `sampleCells` makes them; a test compares the two. */
export const CLIENT_CELLS = String.raw`
function percentage(v) {
  var text = (v * 100).toFixed(1);
  if (v < 1 && Number(text) >= 100) return '>99.9 %';
  if (v > 0 && Number(text) <= 0) return '<0.1 %';
  return text + ' %';
}
function significantDown(v) {
  if (!isFinite(v) || v <= 0) return significant(v);
  var step = Math.pow(10, Math.floor(Math.log10(v)) - 2);
  return significant(Math.floor(v * (1 + 1e-6) / step) * step);
}
function significant(v) {
  return Number.isFinite(v) ? String(Number(v.toPrecision(3))) : v > 0 ? '∞' : String(v);
}
function className(model, label) {
  var names = model.data.classNames;
  return (names && names[label] && names[label].trim()) || 'class ' + label;
}
function proof(s, model) {
  var own = model.certificates;
  if (!own || own.of !== 'model') return undefined;
  if (!own.byIndex) own.byIndex = new Map(own.samples.map(function (one) { return [one.index, one]; }));
  return own.byIndex.get(s.index) || null;
}
function outcome(s, model) {
  var known = proof(s, model);
  var status = known && known.status;
  if (s.clean.label !== s.label) return 'wrong';
  if (s.adversarial || status === 'attacked') return 'broken';
  if (status === 'certified') return 'certified';
  return model.attacks.length > 0 ? 'survived' : status ? 'undecided' : 'untried';
}
var WORDS = { broken: 'Broken', certified: 'Certified', survived: 'Survived', undecided: 'Undecided', untried: 'Not tried', wrong: 'Wrong already' };
function cells(s, model) {
  var a = s.adversarial;
  var t = model.threat;
  var steps = t.norm === 'linf' && t.epsilonText.includes('/255');
  function said(p) {
    return className(model, p.label) + (p.confidence === null ? '' : ' (' + percentage(p.confidence) + ')');
  }
  function size(v, text) {
    if (t.norm === 'edits') return v.toLocaleString('en-US') + (v === 1 ? ' edit' : ' edits');
    if (t.norm === 'l0') return v.toLocaleString('en-US') + (v === 1 ? ' element' : ' elements');
    if (/ sd( \(|$)/.test(t.epsilonText)) return text(v) + ' sd';
    return steps ? text(v * 255) + '/255' : text(v);
  }
  return [String(s.index), s.id, className(model, s.label), said(s.clean), WORDS[outcome(s, model)],
    a ? said(a) : '–', a ? a.attack : '–', a ? size(a.distances[t.norm], significant) : '–',
    !a || a.survives8bit === null ? '–' : a.survives8bit ? 'yes' : 'no'].concat(
    proof(s, model) === undefined ? [] : [proof(s, model) && proof(s, model).lower > 0 ? size(proof(s, model).lower, significantDown) : '–']);
}`;

const SAVING = String.raw`
function read() {
  return JSON.parse(document.getElementById('gibbon-result').textContent);
}
function putBack(holder, key) {
  var value = holder[key];
  var picture = value && value[0] === '#' && document.getElementById(value.slice(1));
  if (picture && (picture.tagName === 'IMG' || picture.tagName === 'AUDIO')) holder[key] = picture.getAttribute('src');
}
function whole() {
  var result = read();
  result.models.forEach(function (model) {
    model.examples.forEach(function (example) {
      ['original', 'difference', 'adversarialImage'].forEach(function (kind) { putBack(example, kind); });
      if (!example.sound) return;
      ['original', 'adversarial'].forEach(function (kind) { putBack(example.sound, kind); });
      ['original', 'perturbation', 'adversarial'].forEach(function (kind) { putBack(example.sound.spectrograms, kind); });
    });
  });
  result.checks.forEach(function (check) {
    check.details.concat(check.timings ? check.timings.details : []).forEach(function (detail) {
      if (detail.kind === 'images') detail.items.forEach(function (item) { putBack(item, 'source'); });
    });
  });
  return JSON.stringify(result, null, 2) + '\n';
}
function say(button, text) {
  var before = button.textContent;
  button.textContent = text;
  setTimeout(function () { button.textContent = before; }, 1600);
}
function copy(button) {
  var text = whole();
  function fallback() {
    var area = document.createElement('textarea');
    area.value = text;
    document.body.append(area);
    area.select();
    var done = document.execCommand('copy');
    area.remove();
    say(button, done ? 'Copied' : 'Not allowed');
  }
  if (!navigator.clipboard) return fallback();
  navigator.clipboard.writeText(text).then(function () { say(button, 'Copied'); }, fallback);
}
function save(blob, name) {
  var link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(function () { URL.revokeObjectURL(link.href); }, 10000);
}
function download() {
  save(new Blob([whole()], { type: 'application/json' }), 'gibbon-result.json');
}`;

const THEME = String.raw`
var root = document.documentElement;
root.classList.add('js');
try {
  var kept = localStorage.getItem('gibbon-theme');
  if (kept === 'dark' || kept === 'light') root.dataset.theme = kept;
} catch (error) { /* storage may be forbidden; the system's theme holds */ }
function isDark() {
  return root.dataset.theme ? root.dataset.theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
}
function toggleTheme(button) {
  root.dataset.theme = isDark() ? 'light' : 'dark';
  button.setAttribute('aria-pressed', String(isDark()));
  try { localStorage.setItem('gibbon-theme', root.dataset.theme); } catch (error) { /* as above */ }
}`;

const TOOLTIPS = String.raw`
function tooltips() {
  var tip = document.createElement('div');
  tip.className = 'tip';
  tip.setAttribute('aria-hidden', 'true');
  document.body.append(tip);
  document.querySelectorAll('.curve .marker').forEach(function (marker) {
    var text = marker.querySelector('title').textContent;
    marker.querySelector('title').remove();
    marker.addEventListener('pointerenter', function () {
      var box = marker.getBoundingClientRect();
      tip.textContent = text;
      tip.classList.add('on');
      var half = tip.offsetWidth / 2;
      var x = Math.min(Math.max(box.x + box.width / 2, half + 8), innerWidth - half - 8);
      tip.style.transform = 'translate(' + (x - half) + 'px,' + Math.max(4, box.y - tip.offsetHeight - 4) + 'px)';
    });
    marker.addEventListener('pointerleave', function () { tip.classList.remove('on'); });
  });
}`;

const TABLES = String.raw`
function sortKey(s, model, column) {
  var a = s.adversarial;
  return [s.index, s.id, className(model, s.label), className(model, s.clean.label), outcome(s, model), a && className(model, a.label),
    a && a.attack, a && a.distances[model.threat.norm], a && a.survives8bit === null ? null : a && Number(a.survives8bit),
    proof(s, model) ? proof(s, model).lower : null][column];
}
function compare(a, b) {
  if (a === null || b === null) return a === b ? 0 : a === null ? 1 : -1;
  return typeof a === 'number' ? a - b : String(a).localeCompare(String(b), 'en', { numeric: true });
}
function table(box, model) {
  var head = Array.from(box.querySelectorAll('thead th'));
  var body = box.querySelector('tbody');
  var shown = box.querySelector('.shown');
  var more = box.querySelector('button.more');
  var state = { outcome: 'all', text: '', column: 0, down: false, limit: 200 };
  function row(s) {
    var tr = document.createElement('tr');
    tr.className = 'is-' + outcome(s, model);
    cells(s, model).forEach(function (text, i) {
      var td = tr.insertCell();
      td.textContent = text;
      td.className = head[i].className;
    });
    return tr;
  }
  function render() {
    var list = model.samples.filter(function (s) {
      if (state.outcome !== 'all' && outcome(s, model) !== state.outcome) return false;
      return state.text === '' || cells(s, model).join(' ').toLowerCase().includes(state.text);
    });
    list.sort(function (a, b) {
      var x = sortKey(a, model, state.column);
      var y = sortKey(b, model, state.column);
      var order = x === null || y === null ? compare(x, y) : compare(x, y) * (state.down ? -1 : 1);
      return order || a.index - b.index;
    });
    var part = list.slice(0, state.limit);
    body.replaceChildren.apply(body, part.map(row));
    shown.textContent = part.length.toLocaleString('en-US') + ' of ' + list.length.toLocaleString('en-US') + ' shown';
    more.hidden = part.length === list.length;
  }
  head.forEach(function (th, column) {
    var button = document.createElement('button');
    button.type = 'button';
    button.textContent = th.textContent;
    th.replaceChildren(button);
    button.addEventListener('click', function () {
      state.down = state.column === column && !state.down;
      state.column = column;
      head.forEach(function (other) { other.removeAttribute('aria-sort'); });
      th.setAttribute('aria-sort', state.down ? 'descending' : 'ascending');
      render();
    });
  });
  box.querySelectorAll('input[type=radio]').forEach(function (input) {
    input.addEventListener('change', function () { state.outcome = input.value; state.limit = 200; render(); });
  });
  box.querySelector('.search').addEventListener('input', function (event) {
    state.text = event.target.value.trim().toLowerCase();
    state.limit = 200;
    render();
  });
  more.addEventListener('click', function () { state.limit += 200; render(); });
  var chosen = box.querySelector('input[type=radio]:checked');
  state.outcome = chosen ? chosen.value : 'all';
  if (state.outcome !== 'all' || model.samples.length > 200) render();
}`;

const START = String.raw`
document.addEventListener('DOMContentLoaded', function () {
  var actions = { theme: toggleTheme, copy: copy, download: download };
  document.querySelectorAll('[data-action]').forEach(function (button) {
    button.addEventListener('click', function () { actions[button.dataset.action](button); });
    if (button.dataset.action === 'theme') button.setAttribute('aria-pressed', String(isDark()));
  });
  tooltips();
  var models = read().models;
  document.querySelectorAll('.samples').forEach(function (box) { table(box, models[Number(box.dataset.model)]); });
  document.querySelectorAll('.checks').forEach(filters);
  csvButtons(models);
  document.addEventListener('keydown', function (event) {
    var field = document.querySelector('.checks .search');
    if (event.key !== '/' || !field || event.ctrlKey || event.metaKey || /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName)) return;
    event.preventDefault();
    field.focus();
  });
  addEventListener('hashchange', follow);
  document.addEventListener('click', function (event) {
    var link = event.target.closest('a[href^="#"]');
    if (link && link.hash === location.hash) follow();
  });
  follow();
});`;

export const CLIENT_SCRIPT = `(function () {\n'use strict';${THEME}${CLIENT_CELLS}${SAVING}${TOOLTIPS}${TABLES}${FILTERS}${DRAWER}${LINKS}${CSV}${START}\n})();\n`;

/** The script's SHA-256 for the page's content security policy: no other script may run. A test keeps it true. */
export const CLIENT_SCRIPT_HASH = 'sha256-yKvjU/KzHsdUPWOaUEB4UWAjuqAUNLAOVTQoBGqQpPg=';

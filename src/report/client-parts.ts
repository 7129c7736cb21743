/** The parts of the page's script that serve checks and examples: filters, deep links, the drawer, and tables as CSV. */

/** Shows the checks of the chosen status and category whose text holds what is looked for. */
export const FILTERS = String.raw`
function filters(box) {
  var state = { status: 'all', category: 'all', text: '' };
  var shown = box.querySelector('.shown');
  var search = box.querySelector('.search');
  var all = Array.from(box.querySelectorAll('[data-status]'));
  function apply() {
    var count = 0;
    box.querySelectorAll('.category').forEach(function (group) {
      var visible = 0;
      var isChosen = state.category === 'all' || group.dataset.category === state.category;
      group.querySelectorAll('[data-status]').forEach(function (check) {
        var fits = isChosen && (state.status === 'all' || check.dataset.status === state.status);
        check.hidden = !fits || (state.text !== '' && !check.textContent.toLowerCase().includes(state.text));
        if (!check.hidden) visible += 1;
      });
      group.hidden = visible === 0;
      count += visible;
    });
    shown.textContent = count === all.length ? '' : count + ' of ' + all.length + ' checks shown';
  }
  box.querySelectorAll('[data-filter]').forEach(function (field) {
    field.querySelectorAll('input').forEach(function (input) {
      if (input.checked) state[field.dataset.filter] = input.value;
      input.addEventListener('change', function () { state[field.dataset.filter] = input.value; apply(); });
    });
  });
  search.addEventListener('input', function () { state.text = search.value.trim().toLowerCase(); apply(); });
  box.showAll = function () {
    state = { status: 'all', category: 'all', text: '' };
    search.value = '';
    box.querySelectorAll('input[value=all]').forEach(function (input) { input.checked = true; });
    apply();
  };
  apply();
}`;

/** Opens what a link leads to: folded checks, checks that a filter hides, and examples in the drawer. */
export const LINKS = String.raw`
function follow() {
  var target = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!target) return;
  if (target.hasAttribute('data-drawer')) return openDrawer(target);
  var box = target.closest('.checks');
  if (box && target.closest('[hidden]')) box.showAll();
  for (var at = target; at; at = at.parentElement) if (at.tagName === 'DETAILS') at.open = true;
  target.scrollIntoView();
}`;

/** One drawer for all examples; it holds a copy of the example's card. */
export const DRAWER = String.raw`
var drawer;
function button(text, label, act) {
  var made = document.createElement('button');
  made.type = 'button';
  made.textContent = text;
  made.setAttribute('aria-label', label);
  made.addEventListener('click', act);
  return made;
}
function buildDrawer() {
  drawer = document.createElement('dialog');
  drawer.className = 'drawer';
  drawer.setAttribute('aria-label', 'Example');
  drawer.place = document.createElement('span');
  drawer.place.className = 'place';
  drawer.body = document.createElement('div');
  drawer.body.className = 'drawer-body';
  var bar = document.createElement('div');
  bar.className = 'drawer-bar';
  bar.append(drawer.place, button('←', 'Previous example', function () { step(-1); }), button('→', 'Next example', function () { step(1); }),
    button('Close', 'Close', function () { drawer.close(); }));
  drawer.append(bar, drawer.body);
  drawer.addEventListener('click', function (event) { if (event.target === drawer) drawer.close(); });
  document.addEventListener('keydown', function (event) {
    if (!drawer.open) return;
    if (event.key === 'ArrowLeft') step(-1);
    if (event.key === 'ArrowRight') step(1);
  });
  drawer.addEventListener('close', function () {
    history.replaceState(null, '', location.pathname + location.search);
    if (drawer.source) drawer.source.querySelector('.open-drawer a').focus();
  });
  document.body.append(drawer);
}
function siblings() {
  return Array.from(drawer.source.closest('.model').querySelectorAll('[data-drawer]'));
}
function step(by) {
  var list = siblings();
  var next = list[(list.indexOf(drawer.source) + by + list.length) % list.length];
  history.replaceState(null, '', '#' + next.id);
  openDrawer(next);
}
function openDrawer(source) {
  if (!drawer) buildDrawer();
  drawer.source = source;
  var copy = source.cloneNode(true);
  [copy].concat(Array.from(copy.querySelectorAll('[id]'))).forEach(function (element) { element.removeAttribute('id'); });
  copy.removeAttribute('aria-labelledby');
  copy.removeAttribute('data-drawer');
  var holder = document.createElement('div');
  holder.className = source.className;
  holder.append.apply(holder, Array.from(copy.childNodes));
  drawer.body.replaceChildren(holder);
  var list = siblings();
  drawer.place.textContent = 'Example ' + (list.indexOf(source) + 1) + ' of ' + list.length;
  if (!drawer.open) drawer.showModal();
  drawer.scrollTop = 0;
}`;

/** A button under each table that saves it; what a spreadsheet would run is kept as text. */
export const CSV = String.raw`
function csvCell(text) {
  var safe = /^[=+\-@\t\r]/.test(text) && !/^-?[\d.,]+( %)?$/.test(text) ? "'" + text : text;
  return /[",\r\n]/.test(safe) ? '"' + safe.replaceAll('"', '""') + '"' : safe;
}
function saveCsv(rows, name) {
  var text = rows.map(function (row) { return row.map(csvCell).join(','); }).join('\r\n') + '\r\n';
  save(new Blob(['\ufeff' + text], { type: 'text/csv' }), name.toLowerCase().replace(/[^a-z0-9]+/g, '-').slice(0, 60) + '.csv');
}
function textOf(cell) {
  return (cell.innerText || cell.textContent).replace(/\s+/g, ' ').trim();
}
function csvButtons(models) {
  document.querySelectorAll('.scroll').forEach(function (region) {
    var table = region.querySelector('table');
    if (!table) return;
    var name = region.getAttribute('aria-label');
    var tools = document.createElement('p');
    tools.className = 'table-tools';
    tools.append(button('Save as CSV', 'Save as CSV: ' + name, function () {
      var samples = region.closest('.samples');
      var rows = Array.from(table.rows).map(function (row) { return Array.from(row.cells).map(textOf); });
      if (samples) {
        var model = models[Number(samples.dataset.model)];
        rows = [rows[0]].concat(model.samples.map(function (s) { return cells(s, model); }));
      }
      saveCsv(rows, name);
    }));
    region.after(tools);
  });
}`;

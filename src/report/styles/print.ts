/** On paper: no controls, no scrolling, nothing cut in two. */

export const PRINT = `
@media print {
  @page { margin: 14mm; }
  html { font-size: 9.5pt; }
  body { background: #fff; }
  .page { max-width: none; padding: 0; }
  .player, .toolbar, nav, .controls, .skip, .tip, button.more, .needs-script, .table-tools, .drawer, .check-foot a, .check-foot details { display: none !important; }
  details.check::details-content, details.framework::details-content { content-visibility: visible; block-size: auto; }
  .check > summary::after, .framework > summary::after { display: none; }
  .check { break-inside: auto !important; } .check > summary { break-after: avoid; }
  .categories .gauges { grid-template-columns: repeat(4, minmax(0, 1fr)); }
  th, td, .samples td { padding: .25rem .5rem; white-space: normal; font-size: .8rem; }
  .attacks tbody th, .files .path, .files .hash { min-width: 0; }
  .panel, .card, .scroll { box-shadow: none; }
  .scroll, .samples .scroll { overflow: visible; max-height: none; }
  .panel, .card, .gauge, tr, figure { break-inside: avoid; }
  h2, h3, h4 { break-after: avoid; }
  .model + .model { break-before: page; }
  .picture, .bar, .bar span, .heat td, .verdict { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
`;

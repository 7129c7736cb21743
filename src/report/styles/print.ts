/** On paper: no controls, no scrolling, nothing cut in two. */

export const PRINT = `
@media print {
  @page { margin: 14mm; }
  body { background: #fff; font-size: 10pt; }
  .page { max-width: none; padding: 0; }
  .toolbar, nav, .controls, .skip, .tip, button { display: none !important; }
  .panel, .card, .scroll { box-shadow: none; }
  .scroll, .samples .scroll { overflow: visible; max-height: none; }
  .panel, .card, .gauge, tr, figure { break-inside: avoid; }
  h2, h3, h4 { break-after: avoid; }
  .model { break-before: page; }
  .picture, .bar, .bar span, .heat td, .verdict { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
`;

/** For paper first: A4, black on white, rows that do not break and a header on each page. */
export const invoiceStyle = `
@page { size: A4; margin: 20mm 18mm; @bottom-right { content: counter(page) " / " counter(pages); font: 8pt system-ui, sans-serif; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 174mm; color: #111; background: #fff; font: 10pt/1.45 system-ui, sans-serif; }
header::after, .facts::after { content: ""; display: block; clear: both; }
header { margin-bottom: 14mm; }
header > address, .facts > address { float: left; max-width: 90mm; }
h1, dl { float: right; }
h1 { margin: 0; font-size: 20pt; font-weight: 600; }
address { font-style: normal; }
address > * { display: block; overflow-wrap: anywhere; }
.facts { margin-bottom: 12mm; }
dl { display: table; margin: 0; }
dl div { display: table-row; }
dt, dd { display: table-cell; }
dt { padding-right: 8mm; color: #555; }
dd { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
table { width: 100%; border-collapse: collapse; }
th, td { padding: 1.6mm 2mm; text-align: left; vertical-align: top; }
th:first-child { width: 45%; }
td:first-child { overflow-wrap: anywhere; white-space: pre-line; }
thead { display: table-header-group; }
thead th { border-bottom: 0.5mm solid #111; font-weight: 600; }
tbody td { border-bottom: 0.2mm solid #ddd; }
tr { break-inside: avoid; }
.repo { break-after: avoid; }
.repo th, .repo td { padding-top: 4mm; border: 0; font-weight: 600; }
.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.days { white-space: nowrap; color: #555; }
tfoot { display: table-row-group; }
.sum th, .sum td { border-top: 0.5mm solid #111; font-weight: 700; }
footer { margin-top: 12mm; color: #333; }
footer p { margin: 0 0 2mm; white-space: pre-line; }
@media screen { body { padding: 12mm 0; } }
`;

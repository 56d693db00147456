import { median, noise, pairedRatios } from './measure.js';

/** Prints a number of milliseconds. */
export function milliseconds(value) {
  return value < 10
    ? `${value.toPrecision(2)} ms`
    : value < 10_000
      ? `${value.toFixed(0)} ms`
      : `${(value / 1000).toFixed(1)} s`;
}

/** Prints a number of bytes. */
export function mebibytes(value) {
  return `${(value / 1024 / 1024).toFixed(0)} MiB`;
}

/** Prints how often in a second fits what takes a number of milliseconds. */
export function perSecond(value) {
  return `${(1000 / value).toFixed(0)} a second`;
}

/** Prints as MiB a second what takes a number of milliseconds for each MiB. */
export function mebibytesPerSecond(value) {
  return `${(1000 / value).toFixed(0)} MiB/s`;
}

/** A row that sets a series of ours against another, paired round by round; without an aim it is for orientation. */
export function compare({ what, ours, other, print, aim }) {
  const ratios = pairedRatios(ours, other);
  return row({
    what,
    ours: print(median(ours)),
    other: print(median(other)),
    ratio: median(ratios),
    noise: spread(ratios),
    aim,
  });
}

/** A row without another side: only a number of ours, and the most that it should be. */
export function judge({ what, values, print, aim }) {
  const value = median(values);
  return {
    what,
    ours: print(value),
    noise: spread(values),
    ...(aim === undefined ? {} : { aim: `<= ${print(aim)}`, met: value <= aim ? 'yes' : 'NO' }),
  };
}

/** A row that is not there, and why. */
export function skip(what, reason) {
  return { what, ours: `skipped: ${reason}` };
}

function row({ ratio, aim, ...rest }) {
  const judged = aim === undefined ? {} : { aim: `<= ${Number(aim.toPrecision(3))}`, met: ratio <= aim ? 'yes' : 'NO' };
  return { ...rest, ratio: ratio < 0.1 ? ratio.toFixed(4) : ratio.toFixed(2), ...judged };
}

/** One round alone says nothing about noise. */
function spread(values) {
  return values.length === 1 ? '' : `+-${(noise(values) * 100).toFixed(0)} %`;
}

const columns = ['what', 'ours', 'other', 'ratio', 'noise', 'aim', 'met'];

/** The lines of the table. */
export function formatTable(rows) {
  const table = rows.filter(({ ours }) => !ours.startsWith('skipped'));
  const lines = [Object.fromEntries(columns.map((column) => [column, column.toUpperCase()])), ...rows];
  const widths = columns.map((column) => Math.max(column.length, ...table.map((line) => (line[column] ?? '').length)));
  widths[0] = Math.max(...rows.map(({ what }) => what.length));
  return lines.map((line) =>
    columns
      .map((column, index) => (line[column] ?? '').padEnd(widths[index]))
      .join('  ')
      .trimEnd(),
  );
}

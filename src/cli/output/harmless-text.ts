import { escapeControls } from '../../text/escape.ts';

/** What createStyle writes (style.ts): the only sequences that reach a terminal with a text. */
const ownStyle = /(\u001b\[(?:[12]|22|3[1236]|39)m|\n)/;

/**
 * A text as it may be shown, whoever wrote it: a cluster, a kubeconfig, a tool, a file or the command line. What could steer a terminal,
 * turn the reading direction or hide stands as an escape; line breaks and our own colours stay. Twice is the same as once.
 */
export function makeHarmless(text: string): string {
  return text
    .split(ownStyle)
    .map((part, index) => (index % 2 === 0 ? escapeControls(part) : part))
    .join('');
}

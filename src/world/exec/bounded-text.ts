/** Keeps the beginning and the end of a text of any length. */
export interface BoundedText {
  append(chunk: string): void;
  /** The text, with a line in place of what was left out. */
  read(): string;
  readonly isCut: boolean;
}

/** @param limit characters to keep, half of them at either end. */
export function createBoundedText(limit: number): BoundedText {
  const half = Math.ceil(limit / 2);
  const tail: string[] = [];
  let head = '';
  let tailLength = 0;
  let leftOut = 0;
  return {
    append(chunk) {
      const room = Math.max(0, half - head.length);
      head += chunk.slice(0, room);
      if (chunk.length <= room) return;
      tail.push(chunk.slice(room));
      tailLength += chunk.length - room;
      for (let first = tail[0]; first !== undefined && tailLength - first.length >= half; first = tail[0]) {
        tail.shift();
        tailLength -= first.length;
        leftOut += first.length;
      }
    },
    read() {
      return leftOut === 0 ? head + tail.join('') : `${head}\n[${leftOut} characters left out]\n${tail.join('')}`;
    },
    get isCut() {
      return leftOut > 0;
    },
  };
}

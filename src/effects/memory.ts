import { hash } from 'node:crypto';

/** Answers by what they were found out from. */
export interface Memory<Answer> {
  /**
   * The answer that `find` gave the last time, when it was of the same texts, else the one that it gives now.
   * @param name what the question is about; the newest answer is kept for each.
   * @param texts all that `find` goes by. They may be keys: only a digest is kept.
   */
  recall(name: string, texts: readonly (string | undefined)[], find: () => Answer): Answer;
}

export function createMemory<Answer>(): Memory<Answer> {
  const answers = new Map<string, { readonly from: string; readonly answer: Answer }>();
  return {
    recall(name, texts, find) {
      const from = texts.map((text) => (text === undefined ? '' : hash('sha256', text, 'hex'))).join(' ');
      const known = answers.get(name);
      if (known?.from === from) return known.answer;
      const answer = find();
      answers.set(name, { from, answer });
      return answer;
    },
  };
}

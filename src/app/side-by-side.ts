type Answers<Questions extends readonly (() => unknown)[]> = {
  -readonly [Index in keyof Questions]: Awaited<ReturnType<Questions[Index]>>;
};

/**
 * Asks several questions at once and waits for all of them. Of several failures the one whose question comes first is thrown: what a
 * person is told does not depend on which tool was faster.
 */
export async function sideBySide<const Questions extends readonly (() => unknown)[]>(
  ...questions: Questions
): Promise<Answers<Questions>> {
  const settled = await Promise.allSettled(questions.map((question) => Promise.resolve().then(question)));
  return settled.map((outcome) => {
    if (outcome.status === 'rejected') throw outcome.reason;
    return outcome.value;
  }) as Answers<Questions>;
}

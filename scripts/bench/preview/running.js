import { closeSync, openSync, readFileSync } from 'node:fs';

/** Milliseconds after which a process is taken to have failed to start. */
const patience = 60_000;

/**
 * Starts a program that stays and waits until what it says fits. What it says goes to a file: a pipe that nobody reads while
 * the bench waits for another program would stop it; not to one in a project, which a preview watches. Returns
 * `{ pid, found, said(), end() }`.
 */
export async function startRunning({ start }, { command, cwd, said: path, ready }) {
  const output = openSync(path, 'w');
  const child = start(command, cwd, output);
  closeSync(output);
  const said = () => readFileSync(path, 'utf8');
  const closed = new Promise((resolve) => child.once('close', resolve));
  const end = async () => {
    child.kill('SIGTERM');
    await closed;
  };
  const failed = (why) => new Error(`${command.join(' ')} ${why}: ${said()}`);
  const deadline = Date.now() + patience;
  for (;;) {
    const found = ready.exec(said());
    if (found !== null) return { pid: child.pid, found, said, end };
    if (child.exitCode !== null || child.signalCode !== null) throw failed('ended');
    if (Date.now() > deadline) {
      await end();
      throw failed('did not start');
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

import { realpathSync } from 'node:fs';
import { isAbsolute, join, relative, sep } from 'node:path';
import { watch as watchPaths } from 'chokidar';
import { ToolError } from '../../errors.ts';
import { systemCode } from './file-failure.ts';

/** Milliseconds without a further change before a change is told: an editor or a render writes several files. */
const quietPeriod = 100;

/**
 * Watches files and folders of a project; `onChange` is told the paths that changed, relative to `root` with forward slashes,
 * once things are quiet for a moment. Of the system's errors (too many watches) the first comes to `onTrouble`: it is the same
 * one for every file.
 * @param settings.names files and folders right below `root`; they need not be there yet.
 * @returns when all is watched; the function in it stops watching.
 */
export async function watchProject(settings: {
  readonly root: string;
  readonly names: readonly string[];
  readonly onChange: (paths: readonly string[]) => void;
  readonly onTrouble: (error: ToolError) => void;
}): Promise<() => Promise<void>> {
  const { names, onChange, onTrouble } = settings;
  // chokidar follows no link below, and takes the root itself for one that it need not follow.
  const root = realpathSync(settings.root);
  let changed = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  const tell = (): void => {
    const told = [...changed].sort();
    changed = new Set();
    onChange(told);
  };
  const inside = (path: string): string =>
    relative(root, isAbsolute(path) ? path : join(root, path))
      .split(sep)
      .join('/');
  // The folder itself is watched: chokidar 5 forgets a single file that is removed and made again, as some editors save.
  const watcher = watchPaths(root, {
    ignoreInitial: true,
    followSymlinks: false,
    ignored: (path) => {
      const [name = ''] = inside(path).split('/');
      return (name !== '' && !names.includes(name)) || temporaryName.test(path);
    },
  });
  watcher.on('all', (_event, path) => {
    changed.add(inside(path));
    clearTimeout(timer);
    timer = setTimeout(tell, quietPeriod);
  });
  let hasTold = false;
  watcher.on('error', (error) => {
    if (!hasTold) onTrouble(explainWatchFailure(error));
    hasTold = true;
  });
  await new Promise<void>((resolve) => watcher.once('ready', resolve));
  return async () => {
    clearTimeout(timer);
    await watcher.close();
  };
}

/** What ProjectFiles renames into place a moment later. */
const temporaryName = /\.ingress-tls-\d+-[0-9a-f]+\.tmp(?:$|[\\/])/;

/** Which limit of the system is used up, by the error's code (Linux: inotify_add_watch(2), inotify_init(2)). */
const limits: Readonly<Record<string, string>> = {
  ENOSPC: 'fs.inotify.max_user_watches',
  EMFILE: 'fs.inotify.max_user_instances',
};

function explainWatchFailure(error: unknown): ToolError {
  const limit = limits[systemCode(error) ?? ''];
  const why = error instanceof Error ? error.message : String(error);
  return new ToolError(`some files are not watched: ${why}`, {
    cause: error,
    remedy:
      limit === undefined
        ? 'Start the preview again to see changes.'
        : `Raise the limit, for instance sudo sysctl ${limit}=524288, then start the preview again.`,
  });
}

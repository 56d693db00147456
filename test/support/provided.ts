import type { Tool } from './tools.ts';

declare module 'vitest' {
  /** What global-setup.js hands to every test file. */
  interface ProvidedContext {
    home: string;
    tools: Readonly<Partial<Record<Tool, string>>>;
  }
  interface TaskMeta {
    /** Why a test is skipped; the tier reporter prints it. */
    skipReason?: string;
  }
}

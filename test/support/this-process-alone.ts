// Runs before each file of the tier `unit`, and keeps what its name says: no process is started, no socket opened, nothing waited for.
import childProcess from 'node:child_process';
import { syncBuiltinESMExports } from 'node:module';
import { Server, Socket } from 'node:net';
import timers from 'node:timers/promises';

function refuse(): never {
  throw new Error(
    'a test of the tier unit starts a process, opens a socket or waits: it belongs to the tier system or tools',
  );
}

for (const name of ['spawnSync', 'execFileSync', 'execSync'] as const) childProcess[name] = refuse;
timers.setTimeout = refuse;
syncBuiltinESMExports();
// All other ways to start a process end here.
Reflect.set(childProcess.ChildProcess.prototype, 'spawn', refuse);
Socket.prototype.connect = refuse;
Server.prototype.listen = refuse;

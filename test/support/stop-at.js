// Loaded by node before the program (--import): at the change of the disk with this number it ends the program (kill), lets the file system
// fail (fail), or saves a line into ingress-tls.yaml as an editor would (save).
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

const [how, number] = (process.env.INGRESS_TLS_TEST_STOP ?? '').split(' ');
let count = 0;

for (const name of ['renameSync', 'linkSync', 'unlinkSync']) {
  const original = fs[name];
  fs[name] = (...args) => {
    count += 1;
    if (count !== Number(number)) return original(...args);
    fs.writeSync(2, 'stopped here\n');
    if (how === 'save') {
      fs.appendFileSync('ingress-tls.yaml', '# mine\n');
      return original(...args);
    }
    if (how === 'kill') process.kill(process.pid, 'SIGKILL');
    throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
  };
}
syncBuiltinESMExports();

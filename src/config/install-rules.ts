import type { Breach } from './trusted.ts';

const someoneElses = "does nothing with install: false: the controller is somebody else's";

/** What would set up a controller, and why it does nothing of one that is there already. */
const ofInstallation: Readonly<Record<string, string>> = {
  image: someoneElses,
  replicas: someoneElses,
  service: `${someoneElses}, and so is its Service`,
  nodePort: `${someoneElses}, and so is its port; apply and verify look it up, and verify --address says another`,
  sharedWith: `${someoneElses}, and so is its Role`,
};

/** Checks what goes with `install`. @param controller the section as the file has it. */
export function checkInstall(controller: Readonly<Record<string, unknown>>): Breach[] {
  if (controller['install'] !== false) {
    if (controller['className'] === undefined) return [];
    const message =
      'goes with install: false, and names the class of a controller that is there; one that is installed has a class of its own, called as controller.name';
    return [{ path: ['controller', 'className'], message, role: 'key' }];
  }
  const useless = Object.entries(ofInstallation).flatMap(([key, message]): Breach[] =>
    controller[key] === undefined ? [] : [{ path: ['controller', key], message, role: 'key' }],
  );
  if (controller['namespace'] !== undefined) return useless;
  const message =
    'with install: false, namespace has to say where the controller runs: pods let requests in from there alone';
  return [...useless, { path: ['controller', 'install'], message, role: 'key' }];
}

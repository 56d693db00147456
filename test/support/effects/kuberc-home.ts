import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { makeTemporaryFolder } from './stand-in.ts';

export const head = 'apiVersion: kubectl.config.k8s.io/v1beta1\nkind: Preference\n';
export const defaults = 'defaults:\n- command: version\n  options:\n  - name: client\n    default: "true"\n';

export const from =
  (folder: string) =>
  (path: string): string =>
    resolve(folder, path);

/** A home folder whose kuberc is a link, as keepers of dotfiles have it. */
export function writeHome(kuberc: string): string {
  const home = makeTemporaryFolder();
  mkdirSync(join(home, '.kube'));
  writeFileSync(join(home, 'dotfile'), kuberc);
  symlinkSync(join(home, 'dotfile'), join(home, '.kube/kuberc'));
  return home;
}

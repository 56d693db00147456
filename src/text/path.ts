import { quote } from './escape.ts';

/** The way to a value in ingress-tls.yaml: ['services', 0, 'mode']. */
export type Path = readonly (string | number)[];

/** `services[0].mode`; a key that is no word stands in brackets and quotes. The whole file is ''. */
export function formatPath(path: Path): string {
  return path
    .map((segment, index) => {
      if (typeof segment === 'number') return `[${segment}]`;
      if (!/^[A-Za-z]\w*$/.test(segment)) return `[${quote(segment)}]`;
      return index === 0 ? segment : `.${segment}`;
    })
    .join('');
}

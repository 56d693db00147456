import type { Config } from '../../model/config.ts';
import type { Notice } from '../../model/notice.ts';
import { listPaths } from '../../model/paths.ts';
import { listNames } from '../ingress/list-names.ts';

/** An Ingress of 2018 has no types of paths: nginx compares the characters with which a request's path begins. */
export function notePaths({ services }: Config): readonly Notice[] {
  const exact = services.flatMap(({ name, paths = [] }, index) =>
    paths.flatMap(({ path, type }, place): readonly Notice[] =>
      type === 'Exact'
        ? [
            {
              level: 'error',
              code: 'exact-path',
              message: `${name}: 0.15.0 knows no exact paths: all that begins with ${path} would be sent there.`,
              remedy: 'Use `type: Prefix`, or choose profile ingress-nginx.',
              path: ['services', index, 'paths', place, 'type'],
            },
          ]
        : [],
    ),
  );
  const named = services.filter((service) => listPaths(service).some(({ path }) => path !== '/'));
  const [first] = named.flatMap(listPaths).filter(({ path }) => path !== '/');
  if (first === undefined) return exact;
  return [
    ...exact,
    {
      level: 'warning',
      code: 'path-characters',
      message: `Paths (${listNames(named.map(({ name }) => name))}): 0.15.0 compares characters and no elements, so that ${first.path} has requests for ${first.path}x as well.`,
      remedy: 'Choose profile ingress-nginx, or leave nothing at such a path to another service.',
    },
  ];
}

import type { NamedSecret } from '../model/controller-profile.ts';
import type { Notice } from '../model/notice.ts';
import type { DesiredObject } from './desired-objects.ts';

/** Secrets that annotations name, told apart by whose they are. */
export interface NamedSecrets {
  /** Of somebody else: they have to be on the cluster. */
  readonly foreign: readonly NamedSecret[];
  /** What is wrong with the project's own, and all that a profile says but of those. */
  readonly notices: readonly Notice[];
}

/** A profile knows no objects of the project, and says of every Secret that it has to be there. */
export function judgeNamedSecrets(
  named: readonly NamedSecret[],
  objects: readonly DesiredObject[],
  notices: readonly Notice[],
): NamedSecrets {
  const findOwn = ({ namespace, name }: NamedSecret): DesiredObject['content'] | undefined =>
    objects.find(
      ({ content: { object } }) =>
        object.kind === 'Secret' && object.metadata.namespace === namespace && object.metadata.name === name,
    )?.content;
  const own = named.flatMap((secret) => {
    const content = findOwn(secret);
    return content === undefined ? [] : [{ ...secret, keys: Object.keys(content.data) }];
  });
  const isOwn = ({ path }: Pick<Notice, 'path'>): boolean =>
    own.some((secret) => JSON.stringify(secret.path) === JSON.stringify(path));
  return {
    foreign: named.filter((secret) => !isOwn(secret)),
    notices: [
      ...own.flatMap(({ service, annotation, namespace, name, key, keys, path }): readonly Notice[] =>
        key === undefined || keys.includes(key)
          ? []
          : [
              {
                level: 'error',
                code: 'secret-without-key',
                message: `${service}: Secret ${namespace}/${name} (${annotation}) is made by this project and has no key ${key}, which the controller reads: it has ${keys.join(', ')}`,
                remedy: `Name a Secret with ${key}, or take the annotation out.`,
                path,
              },
            ],
      ),
      ...notices.filter((notice) => notice.code !== 'secret-expected' || !isOwn(notice)),
    ],
  };
}

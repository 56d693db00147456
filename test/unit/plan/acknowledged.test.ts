import { describe, expect, it } from 'vitest';
import type { Config } from '../../../src/model/config.ts';
import type { Notice } from '../../../src/model/notice.ts';
import { acknowledge } from '../../../src/project/acknowledged.ts';
import { buildDesiredProject } from '../../../src/project/desired-project.ts';
import { config } from '../../support/controllers/three-services.ts';
import { profiles } from '../../support/profiles.ts';

const notices = (acknowledged: readonly string[], given: Config = config()) =>
  buildDesiredProject({ ...given, acknowledged }, profiles['ingress-nginx']!, ['one-namespace']).notices;

describe('acknowledged notices', () => {
  it('are marked, and the rest are as they were', () => {
    const found = notices(['controller-retired']);
    expect(found.filter(({ acknowledged }) => acknowledged === true).map(({ code }) => code)).toEqual([
      'controller-retired',
    ]);
    const texts = (of: readonly Notice[]) => of.map(({ code, message }) => `${code} ${message}`);
    expect(texts(found)).toEqual(texts(notices([])));
  });

  it('stay errors where they are errors', () => {
    const error: Notice = { level: 'error', code: 'certificate-issuer', message: 'x' };
    expect(acknowledge([error], { ...config(), acknowledged: ['certificate-issuer'] })).toEqual([error]);
    const warning: Notice = { ...error, level: 'warning' };
    expect(acknowledge([warning], { ...config(), acknowledged: ['certificate-issuer'] })).toEqual([
      { ...warning, acknowledged: true },
    ]);
  });

  it.each([
    ['controller-retierd', 'Did you mean controller-retired?'],
    ['certificate-expire', 'Did you mean certificate-expired?'],
    ['quite-another', 'The codes stand in brackets behind what is printed.'],
    // An error is not to be acknowledged.
    ['annotation-value', 'Did you mean annotation-ignored?'],
  ])('that nobody has are refused: %s', (code, remedy) => {
    expect(notices(['controller-retired', code])[0]).toMatchObject({
      level: 'error',
      code: 'acknowledged-unknown',
      remedy,
      path: ['acknowledged', 1],
    });
  });

  it('that do not occur, here or under this profile, are named', () => {
    for (const code of ['sharedWith-unused', 'one-namespace']) {
      expect(notices([code])[0]).toMatchObject({
        level: 'info',
        code: 'acknowledged-unused',
        path: ['acknowledged', 0],
      });
    }
    // They come and go with the files.
    expect(notices(['certificate-expired']).map(({ code }) => code)).not.toContain('acknowledged-unused');
  });
});

import { describe, expect, it } from '@jest/globals';
import type { Statement } from '#snapshot';
import { outcomeOf } from '#testing';
import { requireVersions } from './named-versions.js';

const outcome = (body: object): Promise<string> => outcomeOf(async () => requireVersions(body as Statement));

describe('an adoption and its withdrawal', () => {
  const bodies = (versions: readonly string[]) => [
    { kind: 'rules-adopted', authority: 'fk/forsakringskassan', ruleSet: 1, versions },
    { kind: 'adoption-withdrawn', authority: 'fk/forsakringskassan', versions },
  ];

  it('are refused when they name no version', async () => {
    for (const body of bodies([])) expect(await outcome(body)).toBe('NO_VERSIONS');
  });

  it('are taken when they name one', async () => {
    for (const body of bodies(['OSL-10-15a@2025-12-01'])) expect(await outcome(body)).toBe('accepted');
  });
});

import { describe, expect, it } from 'vitest';
import { bearerToken, ONE_TIME_MS, OneTimeSecrets, randomSecret, Secret } from '../../../server/security/secrets.ts';

describe('one-time secrets', () => {
  const make = (limit: number) => {
    const clock = { now: 1000 };
    return { clock, secrets: new OneTimeSecrets<number>(limit, () => clock.now) };
  };

  it('work once', () => {
    const { secrets } = make(4);
    const secret = secrets.issue(7);
    expect(secrets.peek(secret)).toBe(7);
    expect(secrets.redeem(secret)).toBe(7);
    expect(secrets.redeem(secret)).toBeNull();
    expect(secrets.peek(secret)).toBeNull();
  });

  it('work until they expire, not after', () => {
    const { clock, secrets } = make(4);
    const [early, late] = [secrets.issue(1), secrets.issue(2)];
    clock.now += ONE_TIME_MS - 1;
    expect(secrets.redeem(early)).toBe(1);
    clock.now += 1;
    expect(secrets.redeem(late)).toBeNull();
  });

  it('give way to newer ones beyond the limit', () => {
    const { secrets } = make(2);
    const [first, second, third] = [secrets.issue(1), secrets.issue(2), secrets.issue(3)];
    expect(secrets.redeem(first)).toBeNull();
    expect(secrets.redeem(second)).toBe(2);
    expect(secrets.redeem(third)).toBe(3);
  });

  it('take no prefix, extension or empty string', () => {
    const { secrets } = make(2);
    const secret = secrets.issue(1);
    for (const wrong of ['', secret.slice(0, -1), `${secret}A`, secret.toUpperCase()]) {
      expect(secrets.redeem(wrong)).toBeNull();
    }
    expect(secrets.redeem(secret)).toBe(1);
  });
});

it('secrets are 256 random bits that a URL can carry', () => {
  const secrets = new Set(Array.from({ length: 100 }, randomSecret));
  expect(secrets.size).toBe(100);
  for (const secret of secrets) expect(secret).toMatch(/^[\w-]{43}$/);
});

it('a secret equals itself only', () => {
  const secret = new Secret('correct horse');
  expect(secret.equals('correct horse')).toBe(true);
  for (const wrong of ['', 'correct', 'correct horse ', 'Correct horse']) expect(secret.equals(wrong)).toBe(false);
});

it.each([
  ['Bearer abc', 'abc'],
  ['bearer abc', 'abc'],
  ['Bearer   abc', 'abc'],
  ['Bearer', null],
  ['Bearer ', null],
  ['Bearer a b', null],
  ['Basic abc', null],
  ['abc', null],
  ['', null],
  [undefined, null],
])('the token of %j is %j', (header, token) => {
  expect(bearerToken(header)).toBe(token);
});

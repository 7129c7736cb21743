/** Where secrets may stand, and where they may not. */
import { describe, expect, it } from 'vitest';
import { assertNoSecrets, unlocked } from './secrets.ts';

describe('a secret itself', () => {
  it.each<[string, string, Record<string, string>]>([
    ['in the address', 'https://me:pass@host/predict', {}],
    ['as a parameter', 'https://host/predict?api_key=s3cret', {}],
    ['in a header', 'https://host/predict', { Authorization: 'Bearer s3cret' }],
    ['in another header', 'https://host/predict', { 'X-Api-Key': 's3cret' }],
  ])('%s is refused, and not repeated', (_, url, headers) => {
    let said = '';
    try {
      assertNoSecrets(url, headers);
    } catch (thrown) {
      said = `${(thrown as Error).message} ${(thrown as { hint: string }).hint}`;
    }
    expect(said).toContain('would be written into the result');
    expect(said).not.toMatch(/s3cret|pass@/);
  });

  it('is not what a header or a parameter of another kind holds', () => {
    expect(() => assertNoSecrets('https://host/predict?version=3', { 'X-Model': 'resnet', Authorization: 'Bearer $TOKEN' })).not.toThrow();
    expect(() => assertNoSecrets('no address', {})).toThrow('no address');
  });
});

describe('variables', () => {
  const environment = { TOKEN: 'a b/c', KEY: 'xyz123' };

  it('are put into headers as they are, and into addresses encoded', () => {
    const braced = (name: string): string => `\${${name}}`;
    const open = unlocked(`https://host/p?key=${braced('TOKEN')}&v=1`, { A: 'Bearer $KEY', B: `${braced('KEY')}-$TOKEN` }, environment);
    expect(open).toMatchObject({ url: 'https://host/p?key=a%20b%2Fc&v=1', headers: { A: 'Bearer xyz123', B: 'xyz123-a b/c' } });
    expect(open.redacted('with xyz123, a b/c and a%20b%2Fc')).toBe('with ***, *** and ***');
  });

  it('that are empty count as not set', () => {
    expect(() => unlocked('https://host', { A: '$KEY' }, { KEY: '' })).toThrow('no variable KEY');
  });
});

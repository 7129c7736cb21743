/** Secrets stand in the environment: headers and addresses name variables, values are put in when a request goes out and taken out of everything that is told. */
import { GibbonError } from '../../base/errors.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

const VARIABLE = /\$\{(\w+)\}|\$(\w+)/g;
/** Headers and parameters whose value is most likely a secret. */
const SENSITIVE = /auth|key|token|secret|cookie|credential|password|passwd|signature|^sig$/i;

const named = (text: string): string[] => [...text.matchAll(VARIABLE)].map(([, braced, bare]) => (braced ?? bare) as string);

/** @throws GibbonError E_USAGE for a secret that stands in a header or an address itself: it would be written into results */
export function assertNoSecrets(url: string, headers: Readonly<Record<string, string>>): void {
  const { username, password, searchParams } = parsedUrl(url);
  if (username !== '' || password !== '') {
    throw new GibbonError('E_USAGE', 'the address holds a user name or a password, which would be written into the result', {
      hint: "Put them into a header that names a variable of the environment: --header 'Authorization: Basic $LOGIN'.",
    });
  }
  for (const [name, value] of searchParams) {
    if (!SENSITIVE.test(name) || named(value).length > 0) continue;
    throw new GibbonError('E_USAGE', `the address holds a value for ${name}, which would be written into the result`, {
      hint: `Name a variable of the environment in its place, in single quotes: '…?${name}=$NAME'.`,
    });
  }
  for (const [name, value] of Object.entries(headers)) {
    if (!SENSITIVE.test(name) || named(value).length > 0) continue;
    throw new GibbonError('E_USAGE', `the header ${name} holds its value itself, which would be written into the result`, {
      hint: `Name a variable of the environment in its place, in single quotes: --header '${name}: Bearer $API_TOKEN'.`,
    });
  }
}

/** @throws GibbonError E_USAGE for what is no address */
export function parsedUrl(url: string): URL {
  try {
    return new URL(url);
  } catch (cause) {
    throw new GibbonError('E_USAGE', `${url} is no address`, { hint: 'Such as https://host/predict.', cause });
  }
}

export interface Unlocked {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** The text without any of the values that were put in. */
  redacted(text: string): string;
}

/** Values put in for variables. @throws GibbonError E_USAGE naming one that is not set */
export function unlocked(url: string, headers: Readonly<Record<string, string>>, environment: Environment): Unlocked {
  const values = new Set<string>();
  const put = (text: string, written: (value: string) => string = (value) => value): string =>
    text.replace(VARIABLE, (_, braced?: string, bare?: string) => {
      const name = (braced ?? bare) as string;
      const value = environment[name];
      if (value === undefined || value === '') {
        throw new GibbonError('E_USAGE', `the environment has no variable ${name}, which the endpoint's header or address names`, {
          hint: `Set it for this command: ${name}=… gibbon …`,
        });
      }
      values.add(value).add(written(value));
      return written(value);
    });
  return {
    url: put(url, encodeURIComponent),
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, put(value)])),
    redacted: (text) => [...values].reduce((told, value) => (value.length < 4 ? told : told.replaceAll(value, '***')), text),
  };
}

/** Is there a script, a command or an address in a text that only documents a model? */

const LONGEST = 2 ** 20;

const PATTERNS: readonly (readonly [RegExp, string])[] = [
  [/<script\b|javascript:|onerror\s*=/i, 'a script for browsers'],
  [/\b(?:eval|exec|__import__|compile)\s*\(\s*(?:base64|zlib|codecs|bytes|['"])/, 'Python that runs a text'],
  [/\b(?:os\.system|subprocess\.(?:run|call|Popen|check_output)|pickle\.loads?|ctypes\.CDLL)\s*\(/, 'Python that runs programs'],
  [/\b(?:curl|wget)\s+(?:-\S+\s+)*https?:\/\//i, 'a download command'],
  [/\bpowershell(?:\.exe)?\s+-|Invoke-(?:Expression|WebRequest)\b/i, 'a PowerShell command'],
  [/(?:^|\s)\/bin\/(?:ba)?sh\b|\bbash\s+-c\b|\bnc\s+-e\b/, 'a shell command'],
  [/[A-Za-z0-9+/]{400,}={0,2}/, 'a long run of base64'],
];

export function suspiciousText(text: string): string | undefined {
  if (text.length > LONGEST) return `${text.length} characters`;
  return PATTERNS.find(([pattern]) => pattern.test(text))?.[1];
}

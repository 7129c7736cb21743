/** Numbers on the command line. */
import { InvalidArgumentError } from 'commander';

export const above0 = (text: string): number => {
  const value = Number(text);
  if (!(Number.isFinite(value) && value > 0)) throw new InvalidArgumentError('A number above 0, please.');
  return value;
};

export const positive = (text: string): number => {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('A whole number of at least 1, please.');
  return value;
};

export const whole = (text: string): number => {
  const value = Number(text);
  if (text.trim() === '' || !Number.isInteger(value) || value < 0) throw new InvalidArgumentError('A whole number, please.');
  return value;
};

import { describe, expect, it } from 'vitest';
import { createProgress } from './progress.ts';

function withClock(total: number) {
  let time = 5000;
  const progress = createProgress(total, { label: 'attack', now: () => time });
  const step = (seconds: number, units = 1): void => {
    time += 1000 * seconds;
    if (units > 0) progress.advance(units);
  };
  return { progress, step };
}

describe('createProgress', () => {
  it('says how far it is', () => {
    const { progress, step } = withClock(10);
    expect(progress.snapshot()).toEqual({ label: 'attack', done: 0, total: 10, fraction: 0, elapsedSeconds: 0, etaSeconds: undefined });
    step(2);
    expect(progress.snapshot()).toEqual({ label: 'attack', done: 1, total: 10, fraction: 0.1, elapsedSeconds: 2, etaSeconds: 18 });
    step(2, 20);
    expect(progress.snapshot()).toMatchObject({ done: 10, fraction: 1, etaSeconds: 0 });
  });

  it('gives the exact time for a steady rate, whatever the size of the steps', () => {
    for (const units of [1, 5]) {
      const { progress, step } = withClock(1000);
      for (let i = 0; i < 40; i++) step(3 * units, units);
      expect(progress.eta()).toBeCloseTo(3 * (1000 - 40 * units), 6);
    }
  });

  it('follows a change of speed, but not one odd step', () => {
    const { progress, step } = withClock(1000);
    for (let i = 0; i < 100; i++) step(1);
    step(5);
    expect(progress.eta()).toBeLessThan(1.25 * 899);
    for (let i = 0; i < 100; i++) step(4);
    expect(progress.eta()).toBeGreaterThan(3.3 * 799);
  });

  it('counts down within a step, and up when a step takes longer than usual', () => {
    const { progress, step } = withClock(10);
    step(10);
    step(10);
    expect(progress.eta()).toBeCloseTo(80, 6);
    step(5, 0);
    expect(progress.eta()).toBeCloseTo(75, 6);
    step(5, 0);
    expect(progress.eta()).toBeCloseTo(70, 6);
    step(60, 0);
    expect(progress.eta()).toBeGreaterThan(150);
  });

  it('does not take work of an earlier run for speed', () => {
    const { progress, step } = withClock(1000);
    progress.skip(900);
    expect(progress.eta()).toBeUndefined();
    step(1);
    expect(progress.snapshot()).toMatchObject({ done: 901, etaSeconds: 99 });
  });

  it('counts steps without any time', () => {
    const { progress, step } = withClock(4);
    step(0, 2);
    expect(progress.eta()).toBeUndefined();
    step(2);
    expect(progress.eta()).toBeGreaterThan(0);
    expect(createProgress(0, { label: 'nothing' }).snapshot()).toMatchObject({ fraction: 1, etaSeconds: 0 });
  });
});

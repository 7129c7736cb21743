/** The faults of a microphone and its converter, in alphabetical order. */
import type { Corruption } from '../corruption.ts';
import { dropouts } from './dropouts.ts';
import { mainsHum } from './mains-hum.ts';
import { stuckSamples } from './stuck-samples.ts';
import { wind } from './wind.ts';

export const MICROPHONE: readonly Corruption[] = [dropouts, mainsHum, stuckSamples, wind];

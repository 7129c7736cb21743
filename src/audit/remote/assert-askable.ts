/** What can be said of an audit of an endpoint before anything is asked. */
import { attackOf } from '../../attacks/registry.ts';
import { GibbonError } from '../../base/errors.ts';
import { isAddress } from '../../model/remote/endpoint.ts';
import type { AuditOptions } from '../options.ts';

/** @throws GibbonError E_NOT_APPLICABLE for an attack that takes gradients: an endpoint gives none */
export function assertAskable({ only }: Pick<AuditOptions, 'only'>, { path }: AuditOptions['models'][number]): void {
  if (!only || !isAddress(path)) return;
  const { id, name, knowledge } = attackOf(only.id);
  if (knowledge !== 'gradients') return;
  throw new GibbonError('E_NOT_APPLICABLE', `${name} takes gradients, and an endpoint gives answers only`, {
    hint: `Attacks by scores or labels run on it, such as gibbon attack square or hop-skip-jump; with the model's file, ${id} runs as well.`,
  });
}

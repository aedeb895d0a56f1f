import { Refusal } from '../../model/errors/product-error.ts';

/** Refuses where Azure changes the instance itself: nothing can be written to it then. @param doing a clause. @throws {Refusal} */
export function refuseUpdating(instance: { readonly provisioningState?: string } | undefined, doing: string): void {
  const { provisioningState = 'Succeeded' } = instance ?? {};
  if (provisioningState === 'Succeeded') return;
  throw new Refusal({
    type: 'facade-busy',
    doing,
    reason: `Azure changes the instance itself (${provisioningState}), and takes no other changes.`,
    remedy: 'Wait until its state is Succeeded, then run the same command again.',
  });
}

/** The backends there are, and the source that uses them. */
import { CaptureError } from '../capture-source.ts';
import { capBackend } from './cap-tap.ts';
import { InterfaceSource, type InterfaceSourceOptions } from './interface-source.ts';
import { nativeBackend } from './native-tap.ts';
import type { Backend, BackendName } from './tap.ts';
import { tcpdumpBackend } from './tcpdump-tap.ts';

export const backends: readonly Backend[] = [nativeBackend(), tcpdumpBackend, capBackend];
export const backendNames: readonly BackendName[] = backends.map(({ name }) => name);

/** The one that was named; without a name native where it was built, and tcpdump where not, or where that alone may capture. Throws CaptureError. */
export function chooseBackends(name: BackendName | null): readonly Backend[] {
  if (name === null) return backends.filter((backend) => backend.name !== 'cap' && backend.unavailable() === null);
  const chosen = backends.find((backend) => backend.name === name)!;
  const reason = chosen.unavailable();
  if (reason !== null) throw new CaptureError('CAPTURE_NO_BACKEND', `The backend ${name} cannot be used: ${reason}.`);
  return [chosen];
}

export function openInterfaces(
  options: Omit<InterfaceSourceOptions, 'backends'> & { readonly backend: BackendName | null },
): InterfaceSource {
  return new InterfaceSource({ ...options, backends: chooseBackends(options.backend) });
}

import type { TagName } from '../../shared/tags.ts';
import type { Frame } from './packet/frame.ts';
import type { Parameters, Settings } from './parameters.ts';
import type { Random } from './random.ts';
import type { SourceAllocator, SourceList } from './sources.ts';
import type { Telescope } from './telescope.ts';

/** Who sends: one process of a tool, one victim, or one crowd of unrelated sources. */
export interface Actor {
  /** The rule that all its packets are made to match (of pairs, all that have an earlier one), or null. */
  readonly rule: TagName | null;
  readonly sources: SourceList;
  /** Sends at even gaps, as a timer does; without it at those of a Poisson process, as probes of the whole Internet arrive. */
  readonly evenly?: true;
  /** Writes its next packet and fills what the frame says about it. When it is sent is not its business. */
  write(frame: Frame): void;
}

/** What an actor is made from. `random` is the actor's own. */
export interface World {
  readonly telescope: Telescope;
  readonly sources: SourceAllocator;
  readonly random: Random;
}

/** A kind of actor: one file, one line in kinds/index.ts. */
export interface ActorKind {
  readonly name: string;
  readonly about: string;
  /** Address family of its targets. */
  readonly family: 4 | 6;
  readonly parameters: Parameters;
  create(settings: Readonly<Record<string, unknown>>, world: World): Actor;
}

/** Checks that `create` fits the kind's own parameters; the list of kinds only needs to know that they fit each other. */
export function defineKind<P extends Parameters>(
  kind: Omit<ActorKind, 'parameters' | 'create'> & {
    readonly parameters: P;
    create(settings: Settings<P>, world: World): Actor;
  },
): ActorKind {
  return kind as unknown as ActorKind;
}

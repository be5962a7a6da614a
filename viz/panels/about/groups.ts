/** The ways in which a sheet tells flows apart, in their order on it. One line adds one. */
import { aboutPort, aboutSource } from '../../feed/about.ts';
import { type Dimension, termOf, wordsOf } from '../desk/terms.ts';
import type { PanelContext } from '../panel.ts';
import type { GroupKind } from './group.ts';

const noSensors = () => null;

/** What the desk shows too: its words and its filters. */
function dimension(name: Dimension, title: GroupKind['title']): GroupKind {
  return {
    name,
    title,
    words: (key, context) => wordsOf(name, key, context, noSensors),
    term: (key) => termOf(name, key, noSensors),
  };
}

/** A field of the header: the number as it stands there, and the word of the filter language for it, where there is one. */
function field(name: string, title: GroupKind['title'], word: string | null): GroupKind {
  return {
    name,
    title,
    words: (key) => ({ name: key === '' ? '–' : key, note: '' }),
    term: (key) => (word === null ? null : `${word} ${key}`),
  };
}

const open = (about: ReturnType<typeof aboutPort>, { actions }: PanelContext) => {
  if (about) actions.showAbout(about);
};

export const groupKinds: readonly GroupKind[] = [
  { ...dimension('port', 'aboutPorts'), open: (key, context) => open(aboutPort(key), context) },
  { ...dimension('source', 'deskSources'), open: (key, context) => open(aboutSource(key), context) },
  dimension('tag', 'deskRules'),
  dimension('class', 'byClass'),
  dimension('radiation', 'byRadiation'),
  dimension('country', 'country'),
  dimension('network', 'network'),
  field('target', 'target', 'dst host'),
  field('tcpFlags', 'aboutFlags', null),
  field('ttl', 'aboutTtl', 'ttl ='),
  field('ipLength', 'aboutLength', 'iplength ='),
  field('synWindow', 'aboutWindow', 'synwindow ='),
  field('synOptions', 'aboutOptions', null),
  field('sourcePort', 'sourcePort', 'src port'),
];

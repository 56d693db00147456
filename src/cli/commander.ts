import * as commander from 'commander';
import type * as typed from '@commander-js/extra-typings';
import type { SessionOptions } from './session.ts';

// commander's own classes, by types that read from a definition which options it makes: what an action is given is checked against it.
export const Command = commander.Command as unknown as typeof typed.Command;
export const Option: typeof typed.Option = commander.Option;
export const { CommanderError, InvalidArgumentError } = commander;

/** A command whose options do not matter. */
export type AnyCommand = typed.CommandUnknownOpts;

/** The program, to which commands are added, with the options that all of them have. */
export type Program = typed.Command<[], Pick<SessionOptions, 'directory' | 'color'>>;

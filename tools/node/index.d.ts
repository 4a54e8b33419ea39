import type { components, operations } from './api.js';

type PublicHeader = 'accessKey' | 'contentMD5' | 'requestDate' | 'Hmac' | 'platform';
type Ok<Op extends keyof operations> =
  operations[Op] extends { responses: { 200: { content: { 'application/json': infer Reply } } } } ? Reply : never;
type Schemas = components['schemas'];

/** The operations of the queue API: the calls that are signed. */
export type Operation = {
  [Op in keyof operations]: Extract<Ok<Op>, { statusCode: 800 }> extends never ? never : Op;
}[keyof operations];

export type Params<Op extends Operation> =
  operations[Op] extends { requestBody: { content: { 'application/json': infer Body } } } ? Body
    : operations[Op] extends { parameters: { header: infer Header } } ? Omit<Header, PublicHeader> : never;

export type Reply<Op extends Operation> = Extract<Ok<Op>, { statusCode: 800 }>;

/** A string that holds a T as JSON. */
export type JsonText<T> = string & { '~json'?: T };

/** What a reply's envelope holds, or the reply itself when it has none. */
export function unwrap<T>(reply: { returnObj: { returnObj: JsonText<T> } | JsonText<T> }): T;
export function unwrap<T>(reply: T): T;

export interface StartOptions {
  /** As `wingmq serve --queue` takes them: `orders?groups=g1,g2&dlq=3`. */
  queues?: string[];
  /** `manual`: time moves by `advance` alone. Default `real`. */
  clock?: 'real' | 'manual';
  /** More options of `wingmq serve`. */
  args?: string[];
  accessKey?: string;
  secretKey?: string;
  regionId?: string;
  /** The broker's log goes to standard error. */
  log?: boolean;
  /** Instead of WINGMQ_BINARY and of `wingmq` on the PATH. */
  binary?: string;
}

/** Starts a broker of its own, which ends with this process at the latest. */
export function start(options?: StartOptions): Promise<WingMq>;

export interface FaultRule {
  id?: string;
  match?: { operation?: Operation; queue?: string; group?: string; access_key?: string };
  when?: { skip?: number; times?: number; every?: number; probability?: number };
  do:
    | { type: 'delay'; for: string }
    | { type: 'refuse'; code: string }
    | { type: 'close' | 'lose_reply' | 'expire' | 'duplicate' | 'shuffle' }
    | { type: 'short'; max: number };
}

export type Fault = FaultRule & { id: string; seen: number; hits: number };

export interface Faults {
  /** For the calls of this access key, unless `match` names another. */
  add(rule: FaultRule): Promise<Fault>;
  list(): Promise<Fault[]>;
  remove(id: string): Promise<unknown>;
  clear(): Promise<void>;
}

export type Count = 'messages' | 'produced' | 'consumed' | 'available' | 'in_flight' | 'parked'
  | 'dead_produced' | 'dead_available' | 'dead_in_flight';
export type Condition = 'drained' | `${Count}${'>=' | '<=' | '==' | '>' | '<'}${number}`;
export type State = 'available' | 'in_flight' | 'confirmed' | 'dead';
export interface Met { met: true; waited_ms: number; counts: Partial<Record<Count, number>> }

/** A broker as one access key sees it: its own queues, its own faults. The clock is everybody's. */
export interface WingMq {
  readonly url: string;
  readonly pid: number;
  readonly accessKey: string;
  readonly secretKey: string;
  readonly regionId: string;
  readonly faults: Faults;

  /** Another access key, and with it another customer, on the same broker; its `stop` removes what is its own. */
  tenant(options?: { queues?: string[]; accessKey?: string; secretKey?: string }): Promise<WingMq>;
  /** A signed call: the reply as it came, or a WingMqError. */
  call<Op extends Operation>(operation: Op, params: Params<Op>): Promise<Reply<Op>>;
  /** A call of the control plane, its path without `/__admin`. */
  admin(method: string, path: string, body?: unknown): Promise<any>;
  /** Makes a queue of this key from the text of `--queue`; one that is there and the same is taken. */
  declare(queue: string): Promise<Ok<'showQueue'>>;
  /** What a call wants instead of names. */
  ids(queue: string): Promise<{ regionId: string; queueId: string }>;
  ids(queue: string, group: string): Promise<{ regionId: string; queueId: string; consumerGroupId: string }>;
  /** Moves the clock: `30s`, milliseconds, or `next` for the next thing that is due. */
  advance(by: string | number): Promise<Ok<'advanceClock'>>;
  /** Until the conditions hold together; after the timeout (default `10s`) a WingMqError that says what holds them up. */
  wait(queue: string, group: string | null, until: Condition | Condition[], timeout?: string): Promise<Met>;
  /** All messages, with a group as that group sees them, with a state only those in it. Changes nothing. */
  peek(queue: string, group?: string, state?: State): Promise<Ok<'listMessages'>['messages']>;
  /** Makes a group's dead letters available again. */
  redrive(queue: string, group: string, max?: number): Promise<{ moved: number }>;
  /** Everything as after the start; for a tenant: its own queues and faults alone. */
  reset(): Promise<unknown>;
  /** What to print when a test fails: this queue, or all of this key. */
  describe(queue?: string): Promise<string>;
  stop(): Promise<void>;
}

/** What the broker refused, or a connection that ended without a reply. */
export class WingMqError extends Error {
  /** HTTP's; 0 when there was no reply. */
  readonly status: number;
  readonly statusCode: number | null;
  readonly errorCode: string | null;
  readonly hint: string | null;
  readonly reply: Partial<Schemas['Error']> & Record<string, unknown> | null;
}

/** The public headers of a call, whose values stand in the order in which they are sent. */
export function sign(call: { accessKey: string; secretKey: string; path: string; values: string[]; date?: string }):
  Record<PublicHeader, string>;

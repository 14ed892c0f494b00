/** The part of the WebAssembly interface that is needed here; TypeScript has it only among the DOM's types. */

/** A compiled module; opaque, and may be sent to a worker. */
export interface WasmModule {
  readonly wasmModule: never;
}
export interface WasmMemory {
  readonly buffer: ArrayBuffer;
}
export interface WasmApi {
  readonly Module: new (bytes: Uint8Array) => WasmModule;
  readonly Instance: new (
    module: WasmModule,
    imports: Record<string, Record<string, unknown>>,
  ) => { readonly exports: Record<string, unknown> };
  readonly Memory: new (descriptor: { initial: number; maximum?: number }) => WasmMemory;
}
/** `globalThis` as one has to see it to reach WebAssembly. */
export interface WasmGlobal {
  readonly WebAssembly: WasmApi;
}

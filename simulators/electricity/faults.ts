import { eachPhase, type Phases } from './phases.ts';

export type PhaseNumber = 1 | 2 | 3;

/** What a tester can do to the network or its meters. It lasts from `inject` to `clear`. */
export type Fault =
  /** The phase voltage times `factor`. */
  | { readonly kind: 'phase-voltage'; readonly customer: string; readonly phase: PhaseNumber; readonly factor: number }
  /** An open conductor: next to no voltage, no current. */
  | { readonly kind: 'phase-lost'; readonly customer: string; readonly phase: PhaseNumber }
  /** The customer takes `share` of its contract capacity, whatever the hour: 1.2 = 120 %. */
  | { readonly kind: 'overload'; readonly customer: string; readonly share: number }
  /** The meter takes requests and never answers; an MQTT meter publishes nothing. */
  | { readonly kind: 'meter-silent'; readonly meter: string }
  /** The gateway accepts connections and never answers, for any unit. */
  | { readonly kind: 'gateway-silent'; readonly gateway: string };

/** What is left on an open conductor: a little coupling from the phases beside it. */
const COUPLED_VOLTAGE = 0.005;

/** The faults that are on at present. Physics and meters look here whenever they compute a value. */
export class Faults {
  readonly #active = new Set<Fault>();

  inject(fault: Fault): void {
    this.#active.add(fault);
  }

  /** Ends a fault that was injected with this very object. */
  clear(fault: Fault): void {
    this.#active.delete(fault);
  }

  voltageFactors(customer: string): Phases {
    return this.#perPhase(customer, (fault) => {
      if (fault.kind === 'phase-voltage') return fault.factor;
      return fault.kind === 'phase-lost' ? COUPLED_VOLTAGE : 1;
    });
  }

  /** Loads draw about the same current at a lower voltage, and none through an open conductor. */
  currentFactors(customer: string): Phases {
    return this.#perPhase(customer, (fault) => (fault.kind === 'phase-lost' ? 0 : 1));
  }

  overloadShare(customer: string): number | undefined {
    for (const fault of this.#active) if (fault.kind === 'overload' && fault.customer === customer) return fault.share;
    return undefined;
  }

  isMeterSilent(meter: string): boolean {
    for (const fault of this.#active) if (fault.kind === 'meter-silent' && fault.meter === meter) return true;
    return false;
  }

  isGatewaySilent(gateway: string): boolean {
    for (const fault of this.#active) if (fault.kind === 'gateway-silent' && fault.gateway === gateway) return true;
    return false;
  }

  #perPhase(customer: string, factorOf: (fault: Fault & { phase: PhaseNumber }) => number): Phases {
    return eachPhase((phase) => {
      let factor = 1;
      for (const fault of this.#active) {
        if ('phase' in fault && fault.customer === customer && fault.phase === phase + 1) factor *= factorOf(fault);
      }
      return factor;
    });
  }
}

import { describe, expect, it } from 'vitest';
import { ARRIVAL, interpreterOf, NOTHING, packet, said, shipped } from './dialects.ts';

describe('Tasmota', () => {
  const ENERGY = {
    TotalStartTime: '2018-11-14T18:39:40',
    Total: 6.294,
    Yesterday: 5.34,
    Today: 0.954,
    Period: 217,
    Power: 2635,
    ApparentPower: 2650,
    ReactivePower: 282,
    Factor: 0.99,
    Voltage: 227,
    Current: 11.661,
  };
  const VALUES = {
    voltage_l1_n: 227,
    current_l1: 11.661,
    active_power_l1: 2635,
    reactive_power_l1: 282,
    apparent_power_l1: 2650,
    power_factor_l1: 0.99,
    active_power_total: 2635,
    reactive_power_total: 282,
    apparent_power_total: 2650,
    energy_active_import: 6_294,
  };
  // 15:59:57 in Shanghai.
  const TIME = Date.UTC(2026, 2, 1, 7, 59, 57);

  it('says the local time of its site, and scalars for a single phase', () => {
    expect(said('tasmota', 'pow1', 'tele/pow1/SENSOR', { Time: '2026-03-01T15:59:57', ENERGY })).toMatchObject({
      time: TIME,
      timeSource: 'payload',
      values: VALUES,
    });
  });

  it('answers a query with the same in another place', () => {
    const payload = { StatusSNS: { Time: '2026-03-01T15:59:57', ENERGY } };
    expect(said('tasmota', 'pow1', 'stat/pow1/STATUS8', payload)).toMatchObject({ time: TIME, values: VALUES });
  });

  it('says lists for several phases, whose sum is the total', () => {
    const payload = {
      Time: '2026-03-01T15:59:57',
      ENERGY: {
        Total: [1.5, 2.25],
        Power: [300, 483],
        Current: [1.32, 2.1],
        Voltage: 230,
        Frequency: 50,
        ExportActive: 0.5,
      },
    };
    expect(said('tasmota', 'em', 'tele/em/SENSOR', payload).values).toEqual({
      voltage_l1_n: 230,
      current_l1: 1.32,
      current_l2: 2.1,
      active_power_l1: 300,
      active_power_l2: 483,
      active_power_total: 783,
      frequency: 50,
      energy_active_import: 3_750,
      energy_active_export: 500,
    });
  });

  it('reads smart meter scripts by their usual names', () => {
    const payload = {
      Time: '2026-03-01T15:59:57',
      SML: { Total_in: 1234.5, Total_out: 6.5, Power_curr: -250, power_l1: -100, voltage_l3: 231.2, current_l2: 0.7 },
    };
    expect(said('tasmota', 'sml', 'tele/sml/SENSOR', payload).values).toEqual({
      energy_active_import: 1_234_500,
      energy_active_export: 6_500,
      active_power_total: -250,
      active_power_l1: -100,
      voltage_l3_n: 231.2,
      current_l2: 0.7,
    });
  });

  it('has no news without an energy sensor', () => {
    const interpreter = interpreterOf(shipped('tasmota'), { topic: 'pow1' });
    expect(interpreter.hear(packet('tele/pow1/SENSOR', { Time: '2026-03-01T15:59:57', DS18B20: {} }))).toEqual(NOTHING);
  });
});

describe('zigbee2mqtt', () => {
  it('has no suffix for the first phase', () => {
    const payload = {
      ac_frequency: 49.96,
      current: 0.44,
      current_neutral: 0.03,
      current_phase_b: 1.85,
      current_phase_c: 0,
      energy: 299.7,
      linkquality: 180,
      power: 89,
      power_apparent: 95,
      power_apparent_phase_b: 354,
      power_factor: 0.92,
      power_factor_phase_b: 0.97,
      power_phase_b: 384,
      power_phase_c: 0,
      power_reactive: 38,
      voltage: 231.2,
      voltage_phase_b: 230.5,
      voltage_phase_c: 228.4,
      last_seen: '2026-03-01T15:59:30+08:00',
    };
    expect(said('zigbee2mqtt', 'hall/main meter', 'zigbee2mqtt/hall/main meter', payload)).toMatchObject({
      time: ARRIVAL - 30_000,
      values: {
        frequency: 49.96,
        current_l1: 0.44,
        current_l2: 1.85,
        current_l3: 0,
        current_n: 0.03,
        energy_active_import: 299_700,
        active_power_l1: 89,
        active_power_l2: 384,
        active_power_l3: 0,
        apparent_power_l1: 95,
        apparent_power_l2: 354,
        power_factor_l1: 0.92,
        power_factor_l2: 0.97,
        reactive_power_l1: 38,
        voltage_l1_n: 231.2,
        voltage_l2_n: 230.5,
        voltage_l3_n: 228.4,
      },
    });
  });

  it('tells the direction of Tuya powers by another field, and factors in percent', () => {
    const payload = {
      voltage_a: 231.2,
      current_a: 1.2,
      power_a: 164,
      energy_flow_a: 'producing',
      power_factor_a: 59,
      power_b: 80,
      energy_flow_b: 'consuming',
      power_ab: -84,
      ac_frequency: 50,
      energy_a: 12.3,
    };
    expect(said('zigbee2mqtt-tuya', 'pj', 'zigbee2mqtt/pj', payload).values).toEqual({
      voltage_l1_n: 231.2,
      current_l1: 1.2,
      active_power_l1: -164,
      power_factor_l1: 0.59,
      active_power_l2: 80,
      active_power_total: -84,
      frequency: 50,
    });
  });

  it('of Tuya count the energy of each phase, and only all three are the total', () => {
    const values = (payload: object) => said('zigbee2mqtt-tuya', 'pj', 'zigbee2mqtt/pj', payload).values;
    const phases = { energy_a: 100.5, energy_b: 20, energy_c: '3.25' };
    const produced = { energy_produced_a: 1, energy_produced_b: 0, energy_produced_c: 0.5 };
    // 100.5 + 20 + 3.25 = 123.75 kWh; 1 + 0 + 0.5 = 1.5 kWh.
    expect(values({ ...phases, ...produced })).toEqual({ energy_active_import: 123_750, energy_active_export: 1_500 });
    expect(values({ ...phases, energy: 124 })).toEqual({ energy_active_import: 124_000 });
    const two = said('zigbee2mqtt-tuya', 'pj', 'zigbee2mqtt/pj', { voltage_a: 230, energy_a: 100.5, energy_b: 20 });
    expect(two).toMatchObject({ values: { voltage_l1_n: 230 } });
    expect(two).not.toHaveProperty('missing');
  });
});

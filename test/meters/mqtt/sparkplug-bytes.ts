/**
 * Sparkplug B payloads as protobufjs encodes them from the specification's message definitions, frozen: an encoder that is
 * none of ours. Written at 1772351990000 (10 s before the arrival of the tests), but for what their comments say.
 */
export const SPARKPLUG = {
  nodeBirth: bytes('CPDRpMPKMxISCgViZFNlcRjw0aTDyjMgBFgHEiEKFE5vZGUgQ29udHJvbC9SZWJpcnRoGPDRpMPKMyALcAAYAA=='),
  nextNodeBirth: bytes('CPDRpMPKMxISCgViZFNlcRjw0aTDyjMgBFgIEiEKFE5vZGUgQ29udHJvbC9SZWJpcnRoGPDRpMPKMyALcAAYAA=='),
  deviceBirth: bytes(
    'CPDRpMPKMxIiCgx2b2x0YWdlX2wxX24QARjw0aTDyjMgCmkzMzMzM8NsQBIcCgpDdXJyZW50L0wxEAIY8NGkw8ozIAllAAAmQhIl' +
      'ChJhY3RpdmVfcG93ZXJfdG90YWwQAxjw0aTDyjMgA1Ck9P//DxInChRyZWFjdGl2ZV9wb3dlcl90b3RhbBAEGPDRpMPKMyACULj+' +
      '//8PEiEKEXJlYWN0aXZlX3Bvd2VyX2wxEAUY8NGkw8ozIAFQ/wESOQoUZW5lcmd5X2FjdGl2ZV9pbXBvcnQQBhjw0aTDyjMgBEoS' +
      'CgdlbmdVbml0EgcIDEIDa1doWMDEBxInChRhcHBhcmVudF9wb3dlcl90b3RhbBAHGPDRpMPKMyAHUIC8wZYLEh0KCWZyZXF1ZW5j' +
      'eRAIGPDRpMPKMyAMegU0OS45OBInCg9hY3RpdmVfcG93ZXJfbDEQCRjw0aTDyjMgBFiAnOiv7f////8BEhcKCHRoZF91X2wxEAoY' +
      '8NGkw8ozIAk4ARIbCghGaXJtd2FyZRALGPDRpMPKMyAMegR2MS4yEiIKDHZvbHRhZ2VfbDJfbhAMGPD0yMHKMyAKaQAAAAAAgGxA' +
      'GAE=',
  ),
  data2: bytes('CNjZpMPKMxISEAEY9Nikw8ozaZqZmZmZuWxAEg8QAxim2aTDyjNQwPP//w8YAg=='),
  data3marked: bytes(
    'CMDhpMPKMxIjEAEYwOGkw8ozSg8KB1F1YWxpdHkSBAgDGABpAAAAAADAZ0ASHRADGMDhpMPKM0oQCgdRdWFsaXR5EgUIAxj0A1AB' +
      'EgsQAhjA4aTDyjM4ARgD',
  ),
  data3history: bytes(
    'CMDhpMPKMxIUEAEYsKidw8ozKAFpAAAAAACga0ASEBACGLConcPKMygBZQAAwD8SFBABGJD9oMPKMygBaQAAAAAAwGtAEhIQARjA' +
      '4aTDyjNpAAAAAADga0AYAw==',
  ),
  data4: bytes('CKjppMPKMxISEAEYqOmkw8ozaQAAAAAA4GxAGAQ='),
  data5named: bytes('CJDxpMPKMxIgCgx2b2x0YWdlX2wxX24YkPGkw8ozIAppAAAAAAAAbUAYBQ=='),
  data2unknownAlias: bytes('CNjZpMPKMxISEE0Y2Nmkw8ozaQAAAAAAABRAEhIQARjY2aTDyjNpAAAAAAAgbUAYAg=='),
  data2repeated: bytes('CNjZpMPKMxISEAEY1NKkw8ozaQAAAAAA4GxAEhIQARic1KTDyjNpAAAAAAAgbUASEhABGLjTpMPKM2kAAAAAAABtQBgC'),
  deviceDeath2: bytes('CMzdpMPKMxgC'),
  data3: bytes('CMDhpMPKMxIMEAMYwOGkw8ozULwFGAM='),
  nodeDeath7: bytes('CPDRpMPKMxISCgViZFNlcRjw0aTDyjMgBFgH'),
  nodeDeath6: bytes('CPDRpMPKMxISCgViZFNlcRjw0aTDyjMgBFgG'),
  otherDeviceBirth2: bytes('CPDRpMPKMxIiCgx2b2x0YWdlX2wxX24QARjw0aTDyjMgCmkAAAAAAEB/QBgC'),
  nodeBirthAtEnd: bytes('CPDRpMPKMxISCgViZFNlcRjw0aTDyjMgBFgHEiEKFE5vZGUgQ29udHJvbC9SZWJpcnRoGPDRpMPKMyALcAAY/gE='),
  deviceBirthAtEnd: bytes('CPDRpMPKMxIiCgx2b2x0YWdlX2wxX24QARjw0aTDyjMgCmkAAAAAAMBsQBj/AQ=='),
  dataAfterEnd: bytes('CNjZpMPKMxISEAEY2Nmkw8ozaQAAAAAAQG1AGAA='),
  pathBirth: bytes(
    'CPDRpMPKMxIoChJNZXRlcjEvVm9sdGFnZS9MMU4QARjw0aTDyjMgCmkAAAAAANBsQBI8ChNNZXRlcjIvdm9sdGFnZV9sMV9uEAIY' +
      '8NGkw8ozIApKEQoHZW5nVW5pdBIGCAxCAmtWadXnaiv2l80/EjkKEU1ldGVyMi9jdXJyZW50X2wxEAMY8NGkw8ozIApKEAoHZW5n' +
      'VW5pdBIFCAxCAVZpAAAAAAAAFEAYAQ==',
  ),
  nodeMetrics: bytes('CPDRpMPKMxISCgViZFNlcRjw0aTDyjMgBFgBEiAKDHZvbHRhZ2VfbDFfbhjw0aTDyjMgCmkAAAAAAHBrQBgA'),
};

function bytes(base64: string): Buffer {
  return Buffer.from(base64, 'base64');
}

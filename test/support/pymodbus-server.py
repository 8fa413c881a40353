# pymodbus's server, driven by pymodbus-server.ts: registers and bits come as one line of JSON on stdin, then it says where it
# listens as one line of JSON on stdout, and it ends when stdin does.
#
#   pymodbus-server.py tcp|rtu-over-tcp|udp     on a free port of loopback
#   pymodbus-server.py rtu PATH [BAUDRATE]      on a serial port

import asyncio
import json
import sys

from pymodbus.datastore import ModbusSequentialDataBlock, ModbusServerContext, ModbusSlaveContext
from pymodbus.server import async_io
from pymodbus.transaction import ModbusRtuFramer, ModbusSocketFramer

LOOPBACK = "127.0.0.1"


def context_of(memory):
    # zero_mode: an address on the wire is the index into the block
    slave = ModbusSlaveContext(
        co=ModbusSequentialDataBlock(0, memory["coil"]),
        di=ModbusSequentialDataBlock(0, memory["discrete"]),
        ir=ModbusSequentialDataBlock(0, memory["input"]),
        hr=ModbusSequentialDataBlock(0, memory["holding"]),
        zero_mode=True,
    )
    return ModbusServerContext(slaves=slave, single=True)


async def start(context, transport, target):
    if transport == "rtu":
        path, *baudrate = target
        server = async_io.ModbusSerialServer(
            context, framer=ModbusRtuFramer, port=path, baudrate=int(*baudrate or [9600])
        )
        await server.start()
        return server, 0
    if transport == "udp":
        server = async_io.ModbusUdpServer(context, address=(LOOPBACK, 0))
        serving = asyncio.ensure_future(server.serve_forever())
        await asyncio.wait([server.serving, serving], return_when=asyncio.FIRST_COMPLETED)
        return server, server.protocol.get_extra_info("sockname")[1]
    framer = ModbusRtuFramer if transport == "rtu-over-tcp" else ModbusSocketFramer
    server = async_io.ModbusTcpServer(context, framer=framer, address=(LOOPBACK, 0))
    serving = asyncio.ensure_future(server.serve_forever())
    await asyncio.wait([server.serving, serving], return_when=asyncio.FIRST_COMPLETED)
    return server, server.server.sockets[0].getsockname()[1]


async def main():
    loop = asyncio.get_running_loop()
    memory = json.loads(await loop.run_in_executor(None, sys.stdin.readline))
    _server, port = await start(context_of(memory), sys.argv[1], sys.argv[2:])
    print(json.dumps({"port": port}), flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


asyncio.run(main())

"""Proves the first sample of a model with ezkl, private parameters; prints seconds and bytes as JSON.

usage: ezkl.py MODEL.onnx SAMPLES.npz FOLDER
"""

import asyncio
import inspect
import json
import os
import sys
import time

import ezkl
import numpy

model, samples, folder = sys.argv[1:]
os.makedirs(folder, exist_ok=True)
os.chdir(folder)
sample = numpy.load(samples)["inputs"][0]
with open("input.json", "w") as file:
    json.dump({"input_data": [sample.astype(float).flatten().tolist()]}, file)


async def finished(value):
    return await value if inspect.isawaitable(value) else value


def call(function, *args, **options):
    async def inner():
        return await finished(function(*args, **options))

    started = time.monotonic()
    result = asyncio.run(inner())
    assert result is not False, function.__name__
    return time.monotonic() - started


visibility = ezkl.PyRunArgs()
visibility.input_visibility = "public"
visibility.output_visibility = "public"
visibility.param_visibility = "private"
call(ezkl.gen_settings, model, "settings.json", py_run_args=visibility)
call(ezkl.calibrate_settings, "input.json", model, "settings.json", "resources")
call(ezkl.compile_circuit, model, "circuit.ezkl", "settings.json")
rows = json.load(open("settings.json"))["run_args"]["logrows"]
call(ezkl.gen_srs, "kzg.srs", rows)
setup = call(ezkl.setup, "circuit.ezkl", "vk.key", "pk.key", "kzg.srs")
call(ezkl.gen_witness, "input.json", "circuit.ezkl", "witness.json")
prove = call(ezkl.prove, "witness.json", "circuit.ezkl", "pk.key", "proof.json", "kzg.srs")
verify = call(ezkl.verify, "proof.json", "settings.json", "vk.key", "kzg.srs")
proof = json.load(open("proof.json"))
print(
    json.dumps(
        {
            "rows": rows,
            "setup": setup,
            "prove": prove,
            "verify": verify,
            "key": os.path.getsize("pk.key"),
            "proof": len(proof["hex_proof"]) // 2 - 1,
        }
    )
)

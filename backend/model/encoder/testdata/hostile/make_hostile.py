"""Writes the hostile ONNX files and manifest.json.      usage: python make_hostile.py OUT_DIR

Python 3.11 with numpy 1.26.4, onnx 1.16.2 and protobuf 4.25.5. Every file has the contract of CLIP ViT-B/32 (pictures of
224 x 224 or 77 token ids to 512 numbers), but for what is wrong with it.
"""

import hashlib
import json
import pathlib
import random
import sys

import numpy as np


def noise(seed, count):
    return random.Random(seed).randbytes(count)


def onnx_graph(role="vision", dim=512, input_name=None, output_name=None, variant="valid", size=224, length=77):
    """A tiny graph with CLIP's contract: the mean of the input times a weight row. variant names what is wrong with it."""
    import onnx
    from onnx import TensorProto as T
    from onnx import helper as h

    vision = role == "vision"
    iname = input_name or ("pixel_values" if vision else "input_ids")
    oname = output_name or ("image_embeds" if vision else "text_embeds")
    weight = (np.random.default_rng(3 if vision else 4).standard_normal((3 if vision else 1, dim)) * 0.1).astype(np.float32)
    itype = T.FLOAT if vision else T.INT64
    if variant == "wrong_dtype":
        itype = T.DOUBLE if vision else T.INT32
    shape = ["batch", 3, size, size] if vision else ["batch", length]
    inputs = [h.make_tensor_value_info(iname, itype, shape)]
    outputs = [h.make_tensor_value_info(oname, T.FLOAT, ["batch", dim])]
    init = [onnx.numpy_helper.from_array(weight, "weight")]
    nodes = [h.make_node("Cast", [iname], ["x"], to=T.FLOAT)]
    nodes += [h.make_node("ReduceMean", ["x"], ["m"], axes=[2, 3] if vision else [1], keepdims=0 if vision else 1)]
    last = "e" if variant in ("nan", "zero", "inf", "loop", "huge_output") or variant.startswith("external:") else oname
    nodes += [h.make_node("MatMul", ["m", "weight"], [last])]
    opset, ir, domain = 13, 8, None
    if variant in ("nan", "zero", "inf"):
        init.append(onnx.numpy_helper.from_array(np.zeros((1,), np.float32), "zero"))
        if variant == "zero":
            nodes.append(h.make_node("Mul", ["e", "zero"], [oname]))
        elif variant == "inf":
            init.append(onnx.numpy_helper.from_array(np.full((1,), 3e38, np.float32), "big"))
            nodes += [h.make_node("Abs", ["e"], ["a"]), h.make_node("Add", ["a", "big"], ["b"]), h.make_node("Add", ["b", "big"], [oname])]
        else:
            nodes += [h.make_node("Mul", ["e", "zero"], ["z"]), h.make_node("Div", ["z", "zero"], [oname])]
    if variant == "loop":
        body = h.make_graph([h.make_node("Identity", ["c"], ["c2"]), h.make_node("Identity", ["v"], ["v2"])], "body", [h.make_tensor_value_info("i", T.INT64, []), h.make_tensor_value_info("c", T.BOOL, []), h.make_tensor_value_info("v", T.FLOAT, None)], [h.make_tensor_value_info("c2", T.BOOL, []), h.make_tensor_value_info("v2", T.FLOAT, None)])
        init += [onnx.numpy_helper.from_array(np.array(2**62, np.int64), "trips"), onnx.numpy_helper.from_array(np.array(True), "go")]
        nodes.append(h.make_node("Loop", ["trips", "go", "e"], [oname], body=body))
    if variant == "huge_output":
        init.append(onnx.numpy_helper.from_array(np.array([1, 40000, 40000, 16], np.int64), "shape"))
        nodes += [h.make_node("ConstantOfShape", ["shape"], ["h"]), h.make_node("ReduceMean", ["h"], ["r"], axes=[0, 1, 2, 3], keepdims=0), h.make_node("Add", ["e", "r"], [oname])]
    if variant == "huge_initializer":
        t = T()
        t.name, t.data_type = "weight", T.FLOAT
        t.dims.extend([3 if vision else 1, 1_000_000_000])
        t.raw_data = bytes(64)
        init[0] = t
    if variant.startswith("external:"):
        # four bytes of the file are added to every number of the vector: a runtime that reads it leaks it
        t = T()
        t.name, t.data_type, t.data_location = "leak", T.FLOAT, T.EXTERNAL
        t.dims.extend([1])
        for key, value in (("location", variant[9:]), ("offset", "0"), ("length", "4")):
            entry = t.external_data.add()
            entry.key, entry.value = key, value
        init.append(t)
        nodes.append(h.make_node("Add", ["e", "leak"], [oname]))
    if variant == "opset":
        opset = 9999
    if variant == "ir":
        ir = 9999
    if variant == "custom_op":
        nodes[-1] = h.make_node("RunShell", ["m", "weight"], [oname], domain="evil.example")
        domain = "evil.example"
    if variant == "cycle":
        nodes.append(h.make_node("Add", ["cyc2", "m"], ["cyc1"]))
        nodes.append(h.make_node("Add", ["cyc1", "m"], ["cyc2"]))
    if variant == "extra_input":
        inputs.append(h.make_tensor_value_info("secret", T.FLOAT, [1]))
    graph = h.make_graph(nodes, "g", inputs, outputs, init)
    model = h.make_model(graph, opset_imports=[h.make_opsetid("", opset)] + ([h.make_opsetid(domain, 1)] if domain else []), producer_name="pixel-detective-reference")
    model.ir_version = ir
    return model.SerializeToString(deterministic=True)


def main():
    out, rows = pathlib.Path(sys.argv[1]), []

    def add(name, data, must, reason, seconds=5, mib=256):
        (out / name).write_bytes(data)
        must = must if isinstance(must, list) else [must]
        rows.append({"file": name, "bytes": len(data), "sha256": hashlib.sha256(data).hexdigest(), "must": must, "reason": reason, "max_seconds": seconds, "max_mib": mib})

    g = onnx_graph
    add("valid_vision.onnx", g("vision"), "loaded", "control: pixel_values [N,3,224,224] -> image_embeds [N,512]")
    add("valid_text.onnx", g("text"), "loaded", "control: input_ids [N,77] -> text_embeds [N,512]")
    valid = g("vision")
    bad = lambda name, data, why, seconds=5, mib=256: add(name, data, "refused", why, seconds, mib)
    bad("empty.onnx", b"", "empty file")
    bad("not_onnx.onnx", b"<html>404 Not Found</html>" * 20, "not an ONNX file (a saved error page)")
    bad("random.onnx", noise(31, 3000), "not an ONNX file")
    bad("truncated.onnx", valid[: len(valid) // 2], "truncated")
    bad("wrong_input_name.onnx", g("vision", input_name="image"), "the input is called image, not pixel_values")
    bad("wrong_output_name.onnx", g("vision", output_name="vector"), "the output is called vector, not image_embeds")
    bad("wrong_dimension_7.onnx", g("vision", dim=7), "the vector has 7 numbers, the manifest says 512")
    bad("wrong_image_size_336.onnx", g("vision", size=336), "the input is 336 x 336, the manifest says 224")
    bad("wrong_input_type_double.onnx", g("vision", variant="wrong_dtype"), "pixel_values is double")
    bad("wrong_input_type_int32.onnx", g("text", variant="wrong_dtype"), "input_ids is int32 (a program may support this, then: loaded)")
    rows[-1]["must"] = ["refused", "loaded"]
    bad("extra_input.onnx", g("vision", variant="extra_input"), "an input nobody feeds")
    bad("external_data_parent.onnx", g("vision", variant="external:../../../../../../../../etc/passwd"), "weights outside the model's folder; /etc/passwd must not be opened")
    bad("external_data_absolute.onnx", g("vision", variant="external:/etc/passwd"), "weights outside the model's folder")
    bad("external_data_device.onnx", g("vision", variant="external:../../../../../../../dev/zero"), "weights from a device")
    bad("external_data_missing.onnx", g("vision", variant="external:weights.bin"), "the weights file is missing")
    bad("huge_initializer.onnx", g("text", variant="huge_initializer"), "a weight of 10^9 numbers claimed, 64 bytes there", 5, 256)
    bad("huge_at_run_time.onnx", g("vision", variant="huge_output"), "valid to load, but wants 102 GB at the first run: the test run at load must fail cleanly", 10, 512)
    bad("endless_loop.onnx", g("vision", variant="loop"), "valid to load, but the first run never ends: stopped by the time limit", 70, 512)
    bad("nan_output.onnx", g("vision", variant="nan"), "gives NaN: refused by the test run, or at least no vector is stored")
    bad("inf_output.onnx", g("vision", variant="inf"), "gives infinity: as nan_output")
    bad("zero_output.onnx", g("vision", variant="zero"), "gives the zero vector: normalising divides by 0; as nan_output")
    bad("opset_9999.onnx", g("vision", variant="opset"), "made for a newer runtime")
    bad("ir_version_9999.onnx", g("vision", variant="ir"), "made for a newer runtime")
    bad("custom_operator.onnx", g("vision", variant="custom_op"), "needs an operator that does not exist")
    bad("cycle.onnx", g("vision", variant="cycle"), "the graph has a cycle")
    (out / "manifest.json").write_text(json.dumps({"note": "what must happen to each file", "files": rows}, indent=1) + "\n", "utf-8")


main()

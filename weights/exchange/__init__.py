"""How networks of others become the two files of docs/model-format.md, and come back.

    files       the description's text, weight files, and writing both at once
    layers      the types of layers, and which of PyTorch's modules each is
    network     reads the two files back, as a network of PyTorch

    arrangement numbers in another order, and the layers that make it
    listing     the flat list of layers that grows while a network is followed
    arithmetic  sums, products, constants and means: what they add to it

    tracing     follows a network of PyTorch by torch.fx
    functions   what each function and method of PyTorch adds to the list
    modules     what each module adds
    opening     finds a network by its file and class, and its weights
    checking    whether the written files compute the same

    onnx_graph, onnx_nodes, onnx_windows, onnx_constants, onnx_checking: the same of ONNX files
"""

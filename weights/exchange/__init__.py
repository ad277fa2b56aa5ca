"""How networks of others become the two files of docs/model-format.md, and come back.

    files       the description's text, weight files, and writing both at once
    layers      the types of layers, and which of PyTorch's modules each is
    listing     the flat list of layers that grows while a network is followed
    functions   what each function and method of PyTorch adds to that list
    tracing     follows a network of PyTorch by torch.fx
    network     reads the two files back, as a network of PyTorch
    checking    whether both compute the same
    opening     finds a network by its file and class, and its weights
"""

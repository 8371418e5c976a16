import numpy as np
from martlet_worker import Model, serve, tensor

class Standardise(Model):
    inputs = [tensor("x", np.float32, [-1, -1])]
    outputs = [tensor("y", np.float32, [-1, -1])]

    def run(self, x):
        return {"y": (x - x.mean(axis=1, keepdims=True)) / (x.std(axis=1, keepdims=True) + 1e-6)}

serve(Standardise)

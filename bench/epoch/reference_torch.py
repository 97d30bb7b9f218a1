"""Processor seconds of each epoch of the "reference" preset's network in PyTorch, on one thread.

usage: reference_torch.py ROWS FEATURES BATCH_SIZE EPOCHS
"""

import sys
import time

import torch

rows, features, batch_size, epochs = (int(argument) for argument in sys.argv[1:])
classes = 14
torch.set_num_threads(1)
torch.manual_seed(1)

x = torch.randn(rows, features)
target = torch.randint(0, classes, (rows,))
weight = torch.rand(rows) + 0.5

layers = []
width = features
for next_width in (512, 512, 256, 256, 128):
    layers += [
        torch.nn.Linear(width, next_width),
        torch.nn.Sigmoid(),
        torch.nn.BatchNorm1d(next_width),
        torch.nn.Dropout(0.4),
    ]
    width = next_width
network = torch.nn.Sequential(*layers, torch.nn.Linear(width, classes))
optimizer = torch.optim.Adam(network.parameters(), lr=1e-3, eps=1e-7)
loss_of = torch.nn.CrossEntropyLoss(reduction="none")

network.train()
for epoch in range(epochs):
    start = time.process_time()
    order = torch.randperm(rows)
    for first in range(0, rows, batch_size):
        batch = order[first : first + batch_size]
        if len(batch) < 2:
            continue
        optimizer.zero_grad()
        loss = (loss_of(network(x[batch]), target[batch]) * weight[batch]).mean()
        loss.backward()
        optimizer.step()
    print(f"{time.process_time() - start:.3f}", flush=True)

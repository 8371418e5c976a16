#ifndef MARTLET_ALLOCATIONS_H
#define MARTLET_ALLOCATIONS_H

/* How often this process has asked for memory, in all threads. */
long martlet_allocation_count(void);

#endif

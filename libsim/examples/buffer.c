// A bounded buffer: producers put numbers in, consumers take them out. It has a
// bug that shows only in some schedules.
#include <pthread.h>
#include <stdio.h>

#define SIZE 1
#define EACH 3  // Numbers that each producer puts, and each consumer takes.

static pthread_mutex_t mu = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static int buffer[SIZE];
static int count;

static void put(int number)
{
    pthread_mutex_lock(&mu);
    while (count == SIZE)
        pthread_cond_wait(&changed, &mu);
    buffer[count++] = number;
    pthread_cond_signal(&changed);
    pthread_mutex_unlock(&mu);
}

static int take(void)
{
    pthread_mutex_lock(&mu);
    while (count == 0)
        pthread_cond_wait(&changed, &mu);
    int number = buffer[--count];
    pthread_cond_signal(&changed);
    pthread_mutex_unlock(&mu);
    return number;
}

static void *producer(void *arg)
{
    for (int i = 1; i <= EACH; i++)
        put(i);
    return arg;
}

static void *consumer(void *arg)
{
    int *sum = arg;
    for (int i = 0; i < EACH; i++)
        *sum += take();
    return NULL;
}

int main(void)
{
    pthread_t producers[2], consumers[2];
    int sums[2] = { 0, 0 };
    for (int i = 0; i < 2; i++) {
        pthread_create(&producers[i], NULL, producer, NULL);
        pthread_create(&consumers[i], NULL, consumer, &sums[i]);
    }
    for (int i = 0; i < 2; i++) {
        pthread_join(producers[i], NULL);
        pthread_join(consumers[i], NULL);
    }
    printf("taken: %d\n", sums[0] + sums[1]);
    return sums[0] + sums[1] == 12 ? 0 : 1;
}

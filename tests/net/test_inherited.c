#include "support/net.h"
int main(void)
{
    return 0;
}
